//! What is true: values that are valid by construction.

pub mod cidr;
pub mod clusterwide;
pub mod fqdn;
pub mod labels;
pub mod logging;
pub mod policy;
pub mod port;
pub mod selector;
