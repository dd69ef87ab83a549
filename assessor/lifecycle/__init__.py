"""What the project does with data and models, rated by nobody: stations, gates, checks, services, and their order."""
