variable "project_id" {
  description = "Id of the Google Cloud project, which must exist and have billing enabled."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last."
  }
}

variable "cluster_name" {
  description = "Name of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.cluster_name))
    error_message = "A cluster's name has at most 40 lower-case letters, digits and hyphens, a letter first, no hyphen last."
  }
}

variable "location" {
  description = "Region of the cluster, or a zone for a cluster with one control plane."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+(-[a-z])?$", var.location))
    error_message = "Expected a region such as us-east1, or a zone such as us-east1-b."
  }
}

variable "release_channel" {
  description = "How soon the cluster gets new versions."
  type        = string
  default     = "REGULAR"

  validation {
    condition     = contains(["RAPID", "REGULAR", "STABLE", "EXTENDED"], var.release_channel)
    error_message = "Expected RAPID, REGULAR, STABLE or EXTENDED."
  }
}

variable "kubernetes_version" {
  description = "Version to create the cluster with, such as 1.33; the channel's default if null."
  type        = string
  default     = null

  validation {
    condition     = var.kubernetes_version == null || can(regex("^1\\.[0-9]+(\\.[0-9]+(-gke\\.[0-9]+)?)?$", var.kubernetes_version))
    error_message = "Expected a version such as 1.33 or 1.33.4-gke.1172000."
  }
}

variable "network_name" {
  description = "Name of the VPC network that is made for the lab."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", var.network_name))
    error_message = "A network's name has at most 63 lower-case letters, digits and hyphens, a letter first, no hyphen last."
  }
}

variable "subnet_name" {
  description = "Name of the subnet from which nodes get their addresses."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", var.subnet_name))
    error_message = "A subnet's name has at most 63 lower-case letters, digits and hyphens, a letter first, no hyphen last."
  }
}

variable "subnet_range" {
  description = "Addresses of the nodes."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.subnet_range))
    error_message = "Expected an IPv4 range such as 10.0.0.0/20."
  }
}

variable "pods_range_name" {
  description = "Name of the secondary range from which pods get their addresses."
  type        = string
}

variable "pods_range" {
  description = "Addresses of the pods. Each node takes a block of them."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.pods_range))
    error_message = "Expected an IPv4 range such as 10.4.0.0/14."
  }
}

variable "services_range_name" {
  description = "Name of the secondary range from which Services get their cluster addresses."
  type        = string
}

variable "services_range" {
  description = "Cluster addresses of the Services."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.services_range))
    error_message = "Expected an IPv4 range such as 10.0.32.0/20."
  }
}

variable "node_service_account_id" {
  description = "Id of the service account that is made for the nodes."
  type        = string

  validation {
    condition     = can(regex("^[a-z][-a-z0-9]{4,28}[a-z0-9]$", var.node_service_account_id))
    error_message = "A service account's id has 6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last."
  }
}

variable "node_pools" {
  description = "The node pools by name. Numbers of nodes are per zone: a region usually has three."
  type = map(object({
    machine_type   = string
    nodes_per_zone = number
    autoscaling    = optional(object({ min = number, max = number }))
    disk_type      = optional(string, "pd-balanced")
    disk_size_gb   = optional(number, 100)
    image_type     = optional(string, "COS_CONTAINERD")
    spot           = optional(bool, false)
    labels         = optional(map(string), {})
  }))

  validation {
    condition     = length(var.node_pools) > 0
    error_message = "A cluster needs a node pool."
  }

  validation {
    condition     = alltrue([for name, pool in var.node_pools : can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", name))])
    error_message = "A node pool's name has at most 40 lower-case letters, digits and hyphens, a letter first, no hyphen last."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : pool.disk_size_gb >= 10 && pool.disk_size_gb <= 65536])
    error_message = "A boot disk has 10 to 65536 GB."
  }

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : pool.autoscaling == null ? true : pool.autoscaling.min <= pool.autoscaling.max])
    error_message = "Autoscaling needs min to be at most max."
  }
}

variable "labels" {
  description = "Labels of the cluster, for billing and search."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.labels) <= 64
    error_message = "A cluster has at most 64 labels."
  }
}

variable "maintenance_start_time" {
  description = "When the daily maintenance window opens, as HH:MM in UTC; GKE chooses if null."
  type        = string
  default     = null

  validation {
    condition     = var.maintenance_start_time == null || can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.maintenance_start_time))
    error_message = "Expected a time of day such as 03:00."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the cluster. It must be applied as false before a destroy."
  type        = bool
  default     = false
}
