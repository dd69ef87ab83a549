project       = "tickets-production"
max_instances = 12
