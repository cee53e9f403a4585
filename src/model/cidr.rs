//! Blocks of addresses.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Serialize, Serializer};

/// What makes a block of addresses impossible (Kubernetes API reference, IPBlock).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CidrError {
    /// Not an address, a slash and a length.
    #[error("`{0}` is no block of addresses: write one as `203.0.113.0/24` or `2001:db8::/64`")]
    Syntax(String),
    /// An exception of the other address family.
    #[error("`{except}` can't be left out of `{cidr}`: one is IPv4 and the other IPv6")]
    Family {
        /// The block.
        cidr: Cidr,
        /// The exception.
        except: Cidr,
    },
    /// An exception that does not lie inside the block.
    #[error("`{except}` can't be left out of `{cidr}`: it must be a smaller block inside of it")]
    Outside {
        /// The block.
        cidr: Cidr,
        /// The exception.
        except: Cidr,
    },
}

/// A block of addresses, kept as written and in canonical form.
#[derive(Debug, Clone)]
pub struct Cidr {
    net: IpNet,
    written: String,
}

impl Cidr {
    /// Reads `address/length`. Bits behind the length may be set; they mean nothing.
    ///
    /// # Errors
    /// [`CidrError::Syntax`].
    pub fn parse(text: &str) -> Result<Self, CidrError> {
        let net: IpNet = text
            .parse()
            .map_err(|_| CidrError::Syntax(text.to_owned()))?;
        Ok(Self {
            net: net.trunc(),
            written: text.to_owned(),
        })
    }

    /// The canonical block.
    pub fn net(&self) -> IpNet {
        self.net
    }

    /// As it was written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether bits behind the length were set, as in `10.1.2.3/8`. They are ignored.
    pub fn has_host_bits(&self) -> bool {
        self.written
            .parse::<IpNet>()
            .is_ok_and(|net| net != self.net)
    }

    /// Whether it holds an address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.net.contains(&address)
    }

    /// Whether it is IPv4.
    pub fn is_ipv4(&self) -> bool {
        matches!(self.net, IpNet::V4(_))
    }
}

impl PartialEq for Cidr {
    fn eq(&self, other: &Self) -> bool {
        self.net == other.net
    }
}

impl Eq for Cidr {}

impl Hash for Cidr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.net.hash(state);
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

/// A block of addresses without some smaller blocks inside of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct IpBlock {
    cidr: Cidr,
    #[serde(skip_serializing_if = "Option::is_none")]
    except: Option<Vec<Cidr>>,
}

impl IpBlock {
    /// A block that Kubernetes accepts.
    ///
    /// # Errors
    /// Every exception must be a smaller block inside the block.
    pub fn parse(cidr: Cidr, except: Option<Vec<Cidr>>) -> Result<Self, CidrError> {
        for hole in except.iter().flatten() {
            if hole.is_ipv4() != cidr.is_ipv4() {
                return Err(CidrError::Family {
                    cidr,
                    except: hole.clone(),
                });
            }
            if !cidr.net.contains(&hole.net) || cidr.net == hole.net {
                return Err(CidrError::Outside {
                    cidr,
                    except: hole.clone(),
                });
            }
        }
        Ok(Self { cidr, except })
    }

    /// The block.
    pub fn cidr(&self) -> &Cidr {
        &self.cidr
    }

    /// What is left out of it.
    pub fn except(&self) -> &[Cidr] {
        self.except.as_deref().unwrap_or(&[])
    }

    /// Whether it holds an address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.cidr.contains(address) && !self.except().iter().any(|hole| hole.contains(address))
    }
}

impl fmt::Display for IpBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cidr)?;
        for (index, hole) in self.except().iter().enumerate() {
            write!(f, "{}{hole}", if index == 0 { " except " } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).expect("a block")
    }

    #[test]
    fn host_bits_are_seen_and_ignored() {
        assert!(cidr("10.1.2.3/8").has_host_bits());
        assert_eq!(cidr("10.1.2.3/8"), cidr("10.0.0.0/8"));
        assert!(!cidr("2001:db8::/64").has_host_bits());
        assert!(Cidr::parse("10.0.0.0").is_err());
    }

    #[test]
    fn exceptions_lie_inside() {
        let block = |holes: &[&str]| {
            IpBlock::parse(
                cidr("10.0.0.0/8"),
                Some(holes.iter().map(|h| cidr(h)).collect()),
            )
        };
        assert!(block(&["10.1.0.0/16"]).is_ok());
        assert!(block(&["11.0.0.0/16"]).is_err());
        assert!(block(&["10.0.0.0/8"]).is_err());
        assert!(block(&["::/8"]).is_err());
        let block = block(&["10.1.0.0/16"]).expect("a block");
        assert!(block.contains([10, 2, 0, 1].into()) && !block.contains([10, 1, 0, 1].into()));
    }
}
