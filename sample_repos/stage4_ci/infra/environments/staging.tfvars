project       = "tickets-staging"
max_instances = 1
