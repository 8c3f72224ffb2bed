//! What a JPEG's samples are: components, their sampling, and the colours that they stand for.

use super::header::Header;

/// How the coefficients come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// In full, Huffman-coded: SOF0 and SOF1.
    Sequential,
    /// In passes, Huffman-coded: SOF2.
    Progressive,
}

/// One plane of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Component {
    /// What scans call it.
    pub(super) id: u8,
    /// Samples across for every unit, 1 to 4.
    pub(super) across: u8,
    /// Samples down for every unit, 1 to 4.
    pub(super) down: u8,
}

/// What the components stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    /// One component.
    Grey,
    /// Red, green, blue.
    Rgb,
    /// Luma and two chroma.
    YCbCr,
    /// Inks.
    Cmyk,
    /// Inks as luma, chroma, black.
    Ycck,
}

/// What the samples are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) coding: Coding,
    pub(super) colour: Colour,
    /// One, three or four.
    pub(super) components: Vec<Component>,
}

impl Layout {
    /// Of the frame and the colour markers in `header`.
    ///
    /// # Errors
    /// A kind that is not read (12 bits, arithmetic coding, lossless, two components), or a damaged frame header.
    pub(super) fn read(header: &Header<'_>) -> Result<Self, String> {
        let coding = match header.coding {
            0xC0 | 0xC1 => Coding::Sequential,
            0xC2 => Coding::Progressive,
            other => return Err(format!("frames of kind 0x{other:02X} are not read")),
        };
        if header.n_frames != 1 {
            return Err("it has several frames".to_owned());
        }
        let [precision, _, _, _, _, n_components, rest @ ..] = header.frame else {
            return Err("its frame header is damaged".to_owned());
        };
        if *precision != 8 {
            return Err(format!("samples of {precision} bits are not read"));
        }
        let components: Vec<Component> = rest
            .chunks_exact(3)
            .map(|three| Component { id: three[0], across: three[1] >> 4, down: three[1] & 15 })
            .collect();
        let factors = components.iter().all(|c| (1..=4).contains(&c.across) && (1..=4).contains(&c.down));
        if rest.len() != 3 * usize::from(*n_components) || !factors {
            return Err("its frame header is damaged".to_owned());
        }
        let colour = colour(&components, header)
            .ok_or_else(|| format!("{n_components} components are not read as these markers name them"))?;
        Ok(Self { coding, colour, components })
    }

    /// The ids of the components, in the order of the frame.
    pub(super) fn ids(&self) -> Vec<u8> {
        self.components.iter().map(|component| component.id).collect()
    }

    /// Most samples across and down of any component.
    pub(super) fn most(&self) -> (u8, u8) {
        let most = |of: fn(&Component) -> u8| self.components.iter().map(of).max().unwrap_or(1);
        (most(|component| component.across), most(|component| component.down))
    }
}

/// As libjpeg decides: JFIF before Adobe before the ids of the components.
fn colour(components: &[Component], header: &Header<'_>) -> Option<Colour> {
    let ids: Vec<u8> = components.iter().map(|component| component.id).collect();
    match (components.len(), header.adobe) {
        (1, _) => Some(Colour::Grey),
        (3, _) if header.jfif => Some(Colour::YCbCr),
        (3, Some(0)) => Some(Colour::Rgb),
        (3, Some(_)) => Some(Colour::YCbCr),
        (3, None) => Some(if ids == *b"RGB" { Colour::Rgb } else { Colour::YCbCr }),
        (4, None | Some(0)) => Some(Colour::Cmyk),
        (4, Some(2)) => Some(Colour::Ycck),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The layout of a frame of `ids` behind `app` segments.
    fn layout(coding: u8, precision: u8, ids: &[u8], app: &[u8]) -> Result<Layout, String> {
        let mut bytes = [b"\xFF\xD8".as_slice(), app].concat();
        bytes.extend([0xFF, coding, 0, 8 + 3 * ids.len() as u8, precision, 0, 2, 0, 2, ids.len() as u8]);
        bytes.extend(ids.iter().flat_map(|id| [*id, 0x21, 0]));
        bytes.extend([0xFF, 0xD9]);
        Layout::read(&Header::read(&bytes)?)
    }

    const JFIF: &[u8] = b"\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";

    fn adobe(transform: u8) -> Vec<u8> {
        [b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat()
    }

    #[test]
    fn jfif_goes_before_adobe_and_adobe_before_ids() {
        let both = [JFIF, adobe(0).as_slice()].concat();
        let (rgb, ycc, cmyk) = (Some(Colour::Rgb), Some(Colour::YCbCr), Some(Colour::Cmyk));
        let table: [(&[u8], &[u8], Option<Colour>); 14] = [
            (&[1], &[], Some(Colour::Grey)),
            (&[1], &adobe(0), Some(Colour::Grey)),
            (&[1, 2, 3], &[], ycc),
            (&[7, 9, 1], &[], ycc),
            (b"RGB", &[], rgb),
            (b"RGB", JFIF, ycc),
            (b"RGB", &adobe(1), ycc),
            (&[1, 2, 3], &adobe(0), rgb),
            (&[1, 2, 3], &both, ycc),
            (&[1, 2, 3, 4], &[], cmyk),
            (&[1, 2, 3, 4], &adobe(0), cmyk),
            (&[1, 2, 3, 4], &adobe(2), Some(Colour::Ycck)),
            (&[1, 2, 3, 4], &adobe(1), None),
            (&[1, 2], &[], None),
        ];
        for (ids, app, expected) in table {
            assert_eq!(
                layout(0xC0, 8, ids, app).ok().map(|layout| layout.colour),
                expected,
                "{ids:?} {app:?}"
            );
        }
    }

    #[test]
    fn kinds_that_are_not_read_are_named() {
        for (coding, precision, reason) in [
            (0xC0, 12, "samples of 12 bits are not read"),
            (0xC3, 8, "frames of kind 0xC3 are not read"),
            (0xC9, 8, "frames of kind 0xC9 are not read"),
            (0xCA, 8, "frames of kind 0xCA are not read"),
        ] {
            assert_eq!(layout(coding, precision, &[1, 2, 3], &[]).err().as_deref(), Some(reason));
        }
    }

    #[test]
    fn components_come_with_their_sampling() {
        let layout = layout(0xC2, 8, &[5, 6, 7], &[]).expect("three components");
        assert_eq!(
            (layout.coding, layout.ids(), layout.most()),
            (Coding::Progressive, vec![5, 6, 7], (2, 1))
        );
    }
}
