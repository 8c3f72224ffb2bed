//! Every kernel that this CPU can run against arithmetic on whole numbers, and against the plain one.

use crate::{GROUP, Kernel, LONGEST, PROBES, Part, QUAD, Quad, Sums};

/// Reproducible bytes (xorshift).
struct Bytes(u64);

impl Bytes {
    fn next(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as u8
    }

    fn parts(&mut self, count: usize) -> Vec<Part> {
        (0..count).map(|_| std::array::from_fn(|_| self.next())).collect()
    }

    fn quads(&mut self, count: usize) -> Vec<Quad> {
        (0..count).map(|_| std::array::from_fn(|_| self.next().cast_signed())).collect()
    }
}

fn sums(kernel: Kernel, parts: &[Part], probes: &[&[Quad]]) -> Vec<Sums> {
    let mut sums = vec![[i32::MIN; GROUP]; parts.len() / probes[0].len() * probes.len()];
    kernel.dots(parts, probes, &mut sums);
    sums
}

/// The value `at` of row `lane` of a group.
fn value(group: &[Part], lane: usize, at: usize) -> i64 {
    i64::from(group[at / QUAD][lane * QUAD + at % QUAD])
}

#[test]
fn the_plain_sums_are_those_of_the_definition() {
    let mut bytes = Bytes(7);
    let (quads, n_groups) = (5, 3);
    let (parts, probes) = (bytes.parts(quads * n_groups), [bytes.quads(quads), bytes.quads(quads)]);
    let found = sums(Kernel::PLAIN, &parts, &[&probes[0], &probes[1]]);
    for (index, group) in parts.chunks(quads).enumerate() {
        for (which, probe) in probes.iter().enumerate() {
            for (lane, sum) in found[index * probes.len() + which].iter().enumerate() {
                let flat = probe.as_flattened().iter().enumerate();
                let expected: i64 = flat.map(|(at, p)| value(group, lane, at) * i64::from(*p)).sum();
                assert_eq!(i64::from(*sum), expected, "group {index}, probe {which}, row {lane}");
            }
        }
    }
}

#[test]
fn every_kernel_gives_the_plain_sums_whatever_the_length_and_the_number_of_probes_and_groups() {
    let mut bytes = Bytes(1);
    let lengths: Vec<usize> = (1..=40).chain([48, 127, 128, 160, 161]).collect();
    for kernel in Kernel::all() {
        for quads in &lengths {
            let probes: Vec<_> = (0..PROBES).map(|_| bytes.quads(*quads)).collect();
            let probes: Vec<&[Quad]> = probes.iter().map(Vec::as_slice).collect();
            for n_groups in [0, 1, 2, 3, 4, 5, 9] {
                let parts = bytes.parts(quads * n_groups);
                for n_probes in 1..=PROBES {
                    let probes = &probes[..n_probes];
                    let expected = sums(Kernel::PLAIN, &parts, probes);
                    let case =
                        format!("{}: {quads} quads, {n_groups} groups, {n_probes} probes", kernel.name());
                    assert_eq!(sums(kernel, &parts, probes), expected, "{case}");
                }
            }
        }
    }
}

#[test]
fn the_largest_values_of_the_longest_rows_do_not_overflow() {
    let quads = LONGEST / QUAD;
    for (row, probe) in [(255, -128_i8), (255, 127), (0, -128), (1, -1)] {
        let (parts, probe) = (vec![[row; GROUP * QUAD]; quads], vec![[probe; QUAD]; quads]);
        let expected = LONGEST as i64 * i64::from(row) * i64::from(probe[0][0]);
        for kernel in Kernel::all() {
            let found = sums(kernel, &parts, &[&probe]);
            assert_eq!(found, [[i32::try_from(expected).expect("it fits"); GROUP]], "{}", kernel.name());
        }
    }
}

#[test]
fn a_rows_sum_is_its_own() {
    // Row `lane` is `lane` in its last place alone, so that sums that were swapped would show.
    let quads = 3;
    let mut group = vec![[0; GROUP * QUAD]; quads];
    for lane in 0..GROUP {
        group[quads - 1][lane * QUAD + QUAD - 1] = lane as u8;
    }
    let probe = vec![[-2; QUAD]; quads];
    for kernel in Kernel::all() {
        let expected: Sums = std::array::from_fn(|lane| -2 * lane as i32);
        assert_eq!(sums(kernel, &group, &[&probe]), [expected], "{}", kernel.name());
    }
}

#[test]
fn the_fastest_is_one_of_all_and_the_plain_one_is_always_there() {
    let all = Kernel::all();
    assert_eq!(all.first(), Some(&Kernel::PLAIN));
    assert!(all.contains(&Kernel::fastest()));
}

#[test]
#[should_panic(expected = "whole groups")]
fn a_group_that_is_cut_off_is_refused() {
    Kernel::PLAIN.dots(&[[0; 64]; 3], &[&[[0; 4]; 2]], &mut [[0; GROUP]; 1]);
}
