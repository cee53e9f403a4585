//! The lab as it is: newtypes that only `parse` makes, no options that don't mean something, no
//! places, no YAML. What is in here is valid by construction.

pub mod alerting;
pub mod app;
pub mod cidr;
pub mod cluster;
pub mod clusterwide;
pub mod edge;
pub mod fqdn;
pub mod gateway;
pub mod lab;
pub mod labels;
pub mod location;
pub mod log_sink;
pub mod logging;
pub mod names;
pub mod network;
pub mod patch;
pub mod policy;
pub mod port;
pub mod schedule;
pub mod selector;
pub mod service;
pub mod stage;
pub mod text;
pub mod time;
pub mod version;
pub mod workload;

pub use lab::Lab;
