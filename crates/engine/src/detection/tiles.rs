//! Squares that cover a photo, for faces too small for a look at the whole.

use faceward_core::PixelRect;

use crate::image::Size;

/// Most tiles of one photo: bounds what a photo without faces costs. A 12 megapixel photo needs all of them; a larger
/// one gets larger tiles, in which only larger faces are found.
const MOST: u32 = 48;

/// Part of a tile that its neighbour shows as well: a face on the seam is whole in one of them.
const OVERLAP: f32 = 0.25;

/// Overlapping squares of at least `side` pixels that cover a photo of `size`, row by row. None for a photo that one
/// square of that size covers: it has been looked at already.
pub(super) fn cover(size: Size, side: u32) -> Vec<PixelRect> {
    if size.width.max(size.height) <= side {
        return Vec::new();
    }
    let mut tile = side as f32;
    while count(size.width, tile) * count(size.height, tile) > MOST {
        tile *= 1.125;
    }
    let columns = starts(size.width, tile);
    starts(size.height, tile)
        .into_iter()
        .flat_map(|top| {
            columns.iter().map(move |left| PixelRect {
                left: *left,
                top,
                right: left + tile,
                bottom: top + tile,
            })
        })
        .collect()
}

/// How many tiles cover `length` pixels.
fn count(length: u32, tile: f32) -> u32 {
    let beyond_first = (length as f32 - tile).max(0.0);
    (beyond_first / (tile * (1.0 - OVERLAP))).ceil() as u32 + 1
}

/// First pixel of each tile along `length` pixels: evenly spread from edge to edge, or one in the middle.
fn starts(length: u32, tile: f32) -> Vec<f32> {
    let n_tiles = count(length, tile);
    let room = length as f32 - tile;
    if n_tiles == 1 {
        return vec![(0.5 * room).floor()];
    }
    (0..n_tiles).map(|idx| (room * idx as f32 / (n_tiles - 1) as f32).floor()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_photo_needs_no_tiles() {
        assert_eq!(cover(Size { width: 640, height: 480 }, 640), []);
    }

    #[test]
    fn tiles_reach_from_edge_to_edge() {
        // 1920: 640, step at most 480: 4 tiles; 1080: 2.
        let tiles = cover(Size { width: 1920, height: 1080 }, 640);
        assert_eq!(tiles.len(), 8);
        let lefts: Vec<f32> = tiles[..4].iter().map(|tile| tile.left).collect();
        assert_eq!(lefts, [0.0, 426.0, 853.0, 1280.0]);
        assert_eq!((tiles[7].right, tiles[7].bottom), (1920.0, 1080.0));
    }

    #[test]
    fn a_strip_gets_one_row_in_its_middle() {
        let tiles = cover(Size { width: 1000, height: 100 }, 640);
        assert_eq!(tiles.len(), 2);
        assert_eq!((tiles[0].top, tiles[0].bottom), (-270.0, 370.0));
    }

    #[test]
    fn the_number_of_tiles_is_bounded() {
        assert_eq!(cover(Size { width: 4000, height: 3000 }, 640).len(), 48);
        let most = cover(Size { width: 8000, height: 8000 }, 640);
        assert!(most.len() <= 48 && most.len() > 30, "{}", most.len());
    }
}
