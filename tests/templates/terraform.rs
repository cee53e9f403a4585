//! The Terraform of many labs: laid out as `terraform fmt` does, known to the providers, and the
//! same lab as the gcloud scripts.

mod hcl;
mod kcc;
mod labs;
mod names;
mod parity;
mod provider;
mod random;
mod tools;
mod value;
