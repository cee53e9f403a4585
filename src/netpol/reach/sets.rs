//! Sets of small numbers: a sorted list while they are few, bits when they are many.

use crate::netpol::hash::QuickMap;

/// A set of numbers below a bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdSet {
    Few(Vec<u32>),
    Many(Vec<u64>),
}

impl IdSet {
    /// From numbers in any order, each once.
    pub(crate) fn from_ids(mut ids: Vec<u32>, bound: usize) -> Self {
        if ids.len() <= bound / 32 {
            ids.sort_unstable();
            ids.shrink_to_fit();
            return IdSet::Few(ids);
        }
        let mut bits = vec![0_u64; bound.div_ceil(64)];
        for id in ids {
            if let Some(word) = bits.get_mut(id as usize / 64) {
                *word |= 1 << (id % 64);
            }
        }
        IdSet::Many(bits)
    }

    pub(crate) fn contains(&self, id: u32) -> bool {
        match self {
            IdSet::Few(ids) => ids.binary_search(&id).is_ok(),
            IdSet::Many(bits) => bits
                .get(id as usize / 64)
                .is_some_and(|word| word >> (id % 64) & 1 == 1),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            IdSet::Few(ids) => ids.is_empty(),
            IdSet::Many(bits) => bits.iter().all(|word| *word == 0),
        }
    }

    /// The numbers, going up.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let (few, many): (&[u32], &[u64]) = match self {
            IdSet::Few(ids) => (ids, &[]),
            IdSet::Many(bits) => (&[], bits),
        };
        few.iter().copied().chain(ones(many))
    }
}

fn ones(words: &[u64]) -> impl Iterator<Item = u32> + '_ {
    (0..).step_by(64).zip(words).flat_map(|(base, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            let at = rest.trailing_zeros();
            (rest != 0).then(|| {
                rest &= rest - 1;
                base + at
            })
        })
    })
}

/// Puts numbers that no set tells apart into one class.
#[derive(Debug)]
pub(crate) struct Classes {
    class: Vec<u32>,
    size: Vec<u32>,
    inside: Vec<u32>,
}

impl Classes {
    /// Classes by a first key of each number. Keys are small.
    pub(crate) fn by_key(keys: impl Iterator<Item = usize>) -> Self {
        let mut ids: Vec<u32> = Vec::new();
        let mut size: Vec<u32> = Vec::new();
        let class = keys
            .map(|key| {
                if ids.len() <= key {
                    ids.resize(key + 1, u32::MAX);
                }
                if ids[key] == u32::MAX {
                    ids[key] = to_id(size.len());
                    size.push(0);
                }
                size[ids[key] as usize] += 1;
                ids[key]
            })
            .collect();
        let inside = vec![0; size.len()];
        Self {
            class,
            size,
            inside,
        }
    }

    /// Splits every class that lies partly inside the set.
    pub(crate) fn split_by(&mut self, set: &IdSet) {
        let mut touched = Vec::new();
        for id in set.iter() {
            let class = self.class[id as usize] as usize;
            if self.inside[class] == 0 {
                touched.push(class);
            }
            self.inside[class] += 1;
        }
        let mut renamed = false;
        let mut names = QuickMap::default();
        for class in touched {
            let inside = std::mem::take(&mut self.inside[class]);
            if inside < self.size[class] {
                self.size[class] -= inside;
                names.insert(class, to_id(self.size.len()));
                self.size.push(inside);
                self.inside.push(0);
                renamed = true;
            }
        }
        if renamed {
            for id in set.iter() {
                let class = &mut self.class[id as usize];
                if let Some(name) = names.get(&(*class as usize)) {
                    *class = *name;
                }
            }
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.size.len()
    }

    pub(crate) fn of(&self, id: usize) -> u32 {
        self.class[id]
    }

    /// The numbers of each class.
    pub(crate) fn members(&self) -> Vec<Vec<u32>> {
        let mut members: Vec<Vec<u32>> = self
            .size
            .iter()
            .map(|size| Vec::with_capacity(*size as usize))
            .collect();
        for (id, class) in self.class.iter().enumerate() {
            members[*class as usize].push(to_id(id));
        }
        members
    }

    /// The classes that lie inside a set that was split by.
    pub(crate) fn inside(&self, set: &IdSet) -> Vec<u32> {
        let mut classes: Vec<u32> = set.iter().map(|id| self.class[id as usize]).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

/// Worlds of more than four thousand million pods don't fit into memory before this matters.
pub(crate) fn to_id(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_the_same_set() {
        let few = IdSet::from_ids(vec![5, 1, 99], 1000);
        let many = IdSet::from_ids(vec![5, 1, 99], 100 - 9);
        assert!(matches!(few, IdSet::Few(_)) && matches!(many, IdSet::Many(_)));
        assert_eq!(few.iter().collect::<Vec<_>>(), [1, 5, 99]);
        assert_eq!(many.iter().collect::<Vec<_>>(), [1, 5, 99]);
        assert!(few.contains(5) && many.contains(99) && !many.contains(6));
    }

    #[test]
    fn classes_are_split_exactly() {
        let mut classes = Classes::by_key([0, 0, 0, 1, 1].into_iter());
        classes.split_by(&IdSet::from_ids(vec![0, 3, 4], 5));
        assert_eq!(classes.count(), 3);
        assert_eq!(classes.of(1), classes.of(2));
        assert_ne!(classes.of(0), classes.of(1));
        assert_eq!(classes.of(3), classes.of(4));
    }
}
