terraform {
  backend "gcs" {}
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 5.33"
    }
  }
}

variable "project" { type = string }
variable "image_tag" { type = string }
variable "max_instances" { type = number }

provider "google" {
  project = var.project
  region  = "europe-west1"
}

resource "google_cloud_run_v2_service" "tickets" {
  name     = "tickets"
  location = "europe-west1"

  template {
    containers {
      image = "ghcr.io/support-ml/tickets:${var.image_tag}"
      ports {
        container_port = 8080
      }
    }
    scaling {
      max_instance_count = var.max_instances
    }
  }
}
