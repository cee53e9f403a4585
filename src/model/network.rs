//! The VPC network that a cluster stands on.

use ipnet::Ipv4Net;

use super::names::ResourceName;

/// The network: made by the lab, or there before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Network {
    /// Made and deleted by the lab.
    Own(OwnNetwork),
    /// There before the lab; neither made nor deleted.
    Existing(ExistingNetwork),
}

/// A network that the lab makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnNetwork {
    /// The VPC network.
    pub name: ResourceName,
    /// The subnet of the nodes.
    pub subnet: NamedRange,
    /// The secondary range of the pods.
    pub pods: NamedRange,
    /// The secondary range of the Services.
    pub services: NamedRange,
    /// The proxy-only subnet, where there is one.
    pub proxy_subnet: Option<NamedRange>,
    /// Cloud NAT, where there is one.
    pub nat: Option<Nat>,
}

/// A network that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingNetwork {
    /// The VPC network.
    pub name: ResourceName,
    /// The subnet of the nodes, in the cluster's region.
    pub subnet: ResourceName,
    /// The secondary range of the pods; GKE makes one if there is none.
    pub pods: Option<ResourceName>,
    /// The secondary range of the Services; GKE manages one if there is none.
    pub services: Option<ResourceName>,
    /// Addresses of the region's proxy-only subnet, where the lab needs one.
    pub proxy_range: Option<Ipv4Net>,
}

/// A named range of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRange {
    /// Name of the subnet or of the secondary range.
    pub name: ResourceName,
    /// The addresses.
    pub range: Ipv4Net,
}

/// Cloud NAT: a router and a gateway on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nat {
    /// The Cloud Router.
    pub router: ResourceName,
    /// The NAT gateway.
    pub gateway: ResourceName,
}

impl Network {
    /// Name of the VPC network.
    pub fn name(&self) -> &ResourceName {
        match self {
            Network::Own(own) => &own.name,
            Network::Existing(existing) => &existing.name,
        }
    }

    /// Name of the subnet of the nodes.
    pub fn subnet(&self) -> &ResourceName {
        match self {
            Network::Own(own) => &own.subnet.name,
            Network::Existing(existing) => &existing.subnet,
        }
    }

    /// Name of the secondary range of the pods.
    pub fn pods(&self) -> Option<&ResourceName> {
        match self {
            Network::Own(own) => Some(&own.pods.name),
            Network::Existing(existing) => existing.pods.as_ref(),
        }
    }

    /// Name of the secondary range of the Services.
    pub fn services(&self) -> Option<&ResourceName> {
        match self {
            Network::Own(own) => Some(&own.services.name),
            Network::Existing(existing) => existing.services.as_ref(),
        }
    }

    /// Addresses of the region's proxy-only subnet, where the lab has or needs one.
    pub fn proxy_range(&self) -> Option<Ipv4Net> {
        match self {
            Network::Own(own) => own.proxy_subnet.as_ref().map(|subnet| subnet.range),
            Network::Existing(existing) => existing.proxy_range,
        }
    }

    /// The network, where the lab makes it.
    pub fn own(&self) -> Option<&OwnNetwork> {
        match self {
            Network::Own(own) => Some(own),
            Network::Existing(_) => None,
        }
    }
}

/// How many nodes a subnet of this size has addresses for: Google Cloud keeps four.
/// Source: GKE documentation, "VPC-native clusters", subnet primary range.
pub fn nodes_of_subnet(prefix: u8) -> u64 {
    addresses(prefix).saturating_sub(4)
}

/// How many nodes a pod range has room for, each taking a block of its own.
pub fn nodes_of_pod_range(prefix: u8, max_pods_per_node: u32) -> u64 {
    let block = pod_block(max_pods_per_node);
    if prefix > block {
        return 0;
    }
    1_u64 << (block - prefix)
}

/// The prefix length of one node's block of pod addresses: twice as many addresses as pods,
/// rounded up to a power of two, but a /24 for the default of 110.
/// Source: GKE documentation, "Configure maximum Pods per node".
pub fn pod_block(max_pods_per_node: u32) -> u8 {
    if (65..=128).contains(&max_pods_per_node) {
        return 24;
    }
    let addresses = (2 * max_pods_per_node.max(1)).next_power_of_two();
    32 - u8::try_from(addresses.trailing_zeros()).unwrap_or(32)
}

/// How many addresses a block of this prefix length holds.
pub fn addresses(prefix: u8) -> u64 {
    1_u64 << (32 - prefix.min(32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pod_blocks_are_those_of_the_documentation() {
        let table = [
            (8, 28),
            (9, 27),
            (16, 27),
            (17, 26),
            (32, 26),
            (33, 25),
            (64, 25),
            (65, 24),
            (110, 24),
            (128, 24),
            (129, 23),
            (256, 23),
        ];
        for (pods, prefix) in table {
            assert_eq!(pod_block(pods), prefix, "{pods} pods");
        }
    }

    #[test]
    fn a_sixteen_holds_256_nodes_of_110_pods() {
        assert_eq!(nodes_of_pod_range(16, 110), 256);
        assert_eq!(nodes_of_pod_range(21, 110), 8);
        assert_eq!(nodes_of_pod_range(25, 110), 0);
        assert_eq!(nodes_of_subnet(29), 4);
        assert_eq!(nodes_of_subnet(20), 4092);
    }
}
