variable "project_id" {
  description = "Id of the cluster's project."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last."
  }
}

variable "cluster_name" {
  description = "Name of the cluster, which exists already."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.cluster_name))
    error_message = "A cluster's name has at most 40 lower-case letters, digits and hyphens, a letter first, no hyphen last."
  }
}

variable "location" {
  description = "Region or zone of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+(-[a-z])?$", var.location))
    error_message = "Expected a region such as us-east1, or a zone such as us-east1-b."
  }
}

variable "kubernetes_folder" {
  description = "Folder of the lab's manifests."
  type        = string
  default     = "../../kubernetes"
}
