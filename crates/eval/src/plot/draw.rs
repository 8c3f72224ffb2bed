//! Charts to SVG files.

use std::ops::Range;
use std::path::{Path, PathBuf};

use plotters::coord::ranged1d::ValueFormatter;
use plotters::prelude::*;

use super::{Chart, Curve, Drawing, Plot, ShareBar};

const SIZE: (u32, u32) = (800, 520);
/// Of a list of shares: width, height of a row, room for the names.
const LIST: (u32, u32, u32) = (1100, 20, 560);
const TITLE_SIZE: u32 = 20;
const MARGIN: u32 = 14;
const LABEL_AREA: u32 = 56;
/// Width and height of a legend, in parts of the axes.
const LEGEND: (f64, f64) = (0.3, 0.4);
/// Axes of a trade-off reach down to this rate, or to the smallest one that occurs.
const LEAST_RATE: f64 = 1e-7;
/// Distinct on white, also for most who do not tell red from green (Okabe and Ito).
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(0, 0, 0),
    RGBColor(128, 128, 128),
];

/// A drawing that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw {}: {reason}", path.display())]
pub struct PlotError {
    /// Its file.
    path: PathBuf,
    /// What the library or the file system says.
    reason: String,
}

/// Draws `plot` into `folder` and returns its file.
///
/// # Errors
/// The file cannot be written.
pub fn draw(plot: &Plot, folder: &Path) -> Result<PathBuf, PlotError> {
    let path = folder.join(format!("{}.svg", plot.name));
    let failed = |reason: String| PlotError { path: path.clone(), reason };
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size(&plot.drawing)).into_drawing_area();
        root.fill(&WHITE).map_err(|error| failed(error.to_string()))?;
        chart(plot, &root).map_err(|error| failed(error.to_string()))?;
        root.present().map_err(|error| failed(error.to_string()))?;
    }
    fs_err::write(&path, svg).map_err(|error| failed(error.to_string()))?;
    Ok(path)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

/// Width and height in pixels.
fn size(drawing: &Drawing) -> (u32, u32) {
    match drawing {
        Drawing::TradeOff(_) | Drawing::Histogram(_) | Drawing::Reliability(_) | Drawing::Lines(_) => SIZE,
        Drawing::Shares(bars) => {
            let (width, row, _) = LIST;
            (width, 2 * MARGIN + TITLE_SIZE + LABEL_AREA + row * bars.len() as u32)
        }
    }
}

fn chart<'a>(plot: &Plot, root: &Area<'a>) -> Drawn<'a> {
    let title = plot.title.as_str();
    match &plot.drawing {
        Drawing::TradeOff(chart) => trade_off(title, chart, root),
        Drawing::Histogram(chart) => {
            let chart = stepped(chart);
            let [x, y] = [extent(&chart, |p| p.0), extent(&chart, |p| p.1)];
            lines(title, &chart, root, (x, 0.0..y.end * 1.05), (SeriesLabelPosition::UpperMiddle, None))
        }
        Drawing::Reliability(chart) => {
            let diagonal = Some([(0.0, 0.0), (1.0, 1.0)]);
            lines(title, chart, root, (0.0..1.0, 0.0..1.0), (SeriesLabelPosition::LowerRight, diagonal))
        }
        Drawing::Lines(chart) => {
            let [x, y] = [extent(chart, |p| p.0), extent(chart, |p| p.1)];
            let room = (y.end - y.start) * 0.05;
            let y = y.start - room..y.end + room;
            let legend = emptiest(chart, &x, &y);
            lines(title, chart, root, (x, y), (legend, None))
        }
        Drawing::Shares(bars) => shares(title, bars, root),
    }
}

/// A line of its interval and a dot for each share, its name to the left.
fn shares<'a>(title: &str, bars: &[ShareBar], root: &Area<'a>) -> Drawn<'a> {
    let (_, _, names) = LIST;
    let mut context = ChartBuilder::on(root)
        .caption(title, ("sans-serif", TITLE_SIZE))
        .margin(MARGIN)
        .set_label_area_size(LabelAreaPosition::Left, names)
        .set_label_area_size(LabelAreaPosition::Bottom, LABEL_AREA / 2)
        .build_cartesian_2d(0.0..1.0, 0.0..bars.len().max(1) as f64)?;
    let percent = |share: &f64| format!("{:.0} %", 100.0 * share);
    context.configure_mesh().disable_y_mesh().y_labels(0).x_labels(11).x_label_formatter(&percent).draw()?;
    for (place, bar) in bars.iter().rev().enumerate() {
        let height = place as f64 + 0.5;
        let colour = if bar.wrong_way { COLOURS[1] } else { COLOURS[0] };
        let ends = bar.ends.map(|end| (end, height));
        context.draw_series(LineSeries::new(ends, colour.stroke_width(2)))?;
        context.draw_series([Circle::new((bar.share, height), 4, colour.filled())])?;
        let (_, y) = context.backend_coord(&(0.0, height));
        root.draw(&Text::new(bar.label.clone(), (MARGIN as i32, y - 6), ("sans-serif", 13)))?;
    }
    Ok(())
}

fn trade_off<'a>(title: &str, chart: &Chart, root: &Area<'a>) -> Drawn<'a> {
    let least = |of: fn(&(f64, f64)) -> f64| {
        let rates = chart.curves.iter().flat_map(|curve| &curve.points).map(of);
        rates.filter(|rate| *rate > LEAST_RATE).fold(0.1, f64::min)
    };
    let axis = |least: f64| (10_f64.powf(least.log10().floor())..1.0).log_scale();
    let floor = [least(|p| p.0), least(|p| p.1)];
    let mut context = ChartBuilder::on(root)
        .caption(title, ("sans-serif", TITLE_SIZE))
        .margin(MARGIN)
        .set_label_area_size(LabelAreaPosition::Left, LABEL_AREA)
        .set_label_area_size(LabelAreaPosition::Bottom, LABEL_AREA)
        .build_cartesian_2d(axis(floor[0]), axis(floor[1]))?;
    let rate = |value: &f64| format!("{value:e}");
    context
        .configure_mesh()
        .x_desc(&chart.x)
        .y_desc(&chart.y)
        .x_label_formatter(&rate)
        .y_label_formatter(&rate)
        .draw()?;
    // A rate of 0 has no place on a logarithmic axis.
    let shown = |curve: &Curve| {
        let points = curve.points.iter().filter(|point| point.0 > 0.0 && point.1 > 0.0);
        Curve { name: curve.name.clone(), points: points.copied().collect() }
    };
    let curves: Vec<Curve> = chart.curves.iter().map(shown).collect();
    curves_and_legend(&mut context, &curves, SeriesLabelPosition::UpperRight)
}

fn lines<'a>(
    title: &str,
    chart: &Chart,
    root: &Area<'a>,
    (x, y): (Range<f64>, Range<f64>),
    (legend, reference): (SeriesLabelPosition, Option<[(f64, f64); 2]>),
) -> Drawn<'a> {
    let mut context = ChartBuilder::on(root)
        .caption(title, ("sans-serif", TITLE_SIZE))
        .margin(MARGIN)
        .set_label_area_size(LabelAreaPosition::Left, LABEL_AREA)
        .set_label_area_size(LabelAreaPosition::Bottom, LABEL_AREA)
        .build_cartesian_2d(x, y)?;
    context.configure_mesh().x_desc(&chart.x).y_desc(&chart.y).max_light_lines(1).draw()?;
    if let Some(ends) = reference {
        context.draw_series(LineSeries::new(ends, BLACK.mix(0.3)))?;
    }
    curves_and_legend(&mut context, &chart.curves, legend)
}

fn curves_and_legend<'a, X, Y>(
    context: &mut ChartContext<'a, SVGBackend<'a>, Cartesian2d<X, Y>>,
    curves: &[Curve],
    legend: SeriesLabelPosition,
) -> Drawn<'a>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let style = colour.stroke_width(2);
        context
            .draw_series(LineSeries::new(curve.points.iter().copied(), style))?
            .label(&curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        if curve.points.len() < 30 {
            let dots = curve.points.iter().map(|point| Circle::new(*point, 3, colour.filled()));
            context.draw_series(dots)?;
        }
    }
    context
        .configure_series_labels()
        .position(legend)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()
}

/// The corner with the fewest points of the curves.
fn emptiest(chart: &Chart, x: &Range<f64>, y: &Range<f64>) -> SeriesLabelPosition {
    let place = |value: f64, axis: &Range<f64>| (value - axis.start) / (axis.end - axis.start);
    let points =
        || chart.curves.iter().flat_map(|curve| &curve.points).map(|p| (place(p.0, x), place(p.1, y)));
    let corners = [
        (SeriesLabelPosition::UpperRight, 1.0, 1.0),
        (SeriesLabelPosition::UpperLeft, 0.0, 1.0),
        (SeriesLabelPosition::LowerRight, 1.0, 0.0),
        (SeriesLabelPosition::LowerLeft, 0.0, 0.0),
    ];
    let crowd = |right: f64, top: f64| {
        points().filter(|(x, y)| (x - right).abs() < LEGEND.0 && (y - top).abs() < LEGEND.1).count()
    };
    let emptiest = corners.into_iter().min_by_key(|(_, right, top)| crowd(*right, *top));
    emptiest.map_or(SeriesLabelPosition::UpperRight, |(position, ..)| position)
}

/// Bins as the outline of their bars.
fn stepped(chart: &Chart) -> Chart {
    let outline = |curve: &Curve| {
        let width = curve.points.windows(2).map(|two| two[1].0 - two[0].0).next().unwrap_or(1.0);
        let points = curve.points.iter().flat_map(|&(x, y)| [(x, y), (x + width, y)]).collect();
        Curve { name: curve.name.clone(), points }
    };
    Chart { curves: chart.curves.iter().map(outline).collect(), ..chart.clone() }
}

/// From the least to the greatest value; a little room where they are one.
fn extent(chart: &Chart, of: fn(&(f64, f64)) -> f64) -> Range<f64> {
    let values =
        || chart.curves.iter().flat_map(|curve| &curve.points).map(of).filter(|value| value.is_finite());
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if low < high {
        low..high
    } else if low.is_finite() {
        low - 0.5..low + 0.5
    } else {
        0.0..1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_stands_where_nothing_is_drawn() {
        let chart = |points: &[(f64, f64)]| {
            let curve = Curve { name: "curve".to_owned(), points: points.to_vec() };
            Chart { x: String::new(), y: String::new(), curves: vec![curve] }
        };
        let corner =
            |points: &[(f64, f64)]| format!("{:?}", emptiest(&chart(points), &(0.0..1.0), &(0.0..1.0)));
        assert_eq!(corner(&[(0.0, 0.0), (1.0, 0.1)]), "UpperRight");
        assert_eq!(corner(&[(0.0, 0.0), (1.0, 1.0)]), "UpperLeft");
        assert_eq!(corner(&[(0.0, 1.0), (1.0, 1.0)]), "LowerRight");
    }

    #[test]
    fn every_kind_of_drawing_is_a_picture_with_its_names() {
        let curve = |points: &[(f64, f64)]| Curve { name: "curve".to_owned(), points: points.to_vec() };
        let chart = |curves| Chart { x: "across".to_owned(), y: "up".to_owned(), curves };
        let some = || chart(vec![curve(&[(0.001, 0.9), (0.1, 0.2), (1.0, 0.0)])]);
        let folder = tempfile::tempdir().expect("a folder");
        let drawings = [
            Drawing::TradeOff(some()),
            Drawing::Histogram(some()),
            Drawing::Reliability(some()),
            Drawing::Lines(some()),
            Drawing::TradeOff(chart(vec![])),
            Drawing::Lines(chart(vec![curve(&[])])),
        ];
        for (nth, drawing) in drawings.into_iter().enumerate() {
            let plot = Plot { name: format!("plot{nth}"), title: "A title".to_owned(), drawing };
            let svg = fs_err::read_to_string(draw(&plot, folder.path()).expect("drawn")).expect("a file");
            for text in ["<svg", "A title", "across", "up"] {
                assert!(svg.contains(text), "{text} in plot {nth}");
            }
        }
    }

    #[test]
    fn a_list_of_shares_names_each() {
        let bar = |label: &str, share: f64| {
            let ends = [share / 2.0, share];
            ShareBar { label: label.to_owned(), wrong_way: share > 0.5, share, ends }
        };
        let drawing = Drawing::Shares(vec![bar("live swap", 0.6), bar("genuine", 0.01)]);
        let plot = Plot { name: "methods".to_owned(), title: "A title".to_owned(), drawing };
        let folder = tempfile::tempdir().expect("a folder");
        let svg = fs_err::read_to_string(draw(&plot, folder.path()).expect("drawn")).expect("a file");
        for text in ["A title", "live swap", "genuine", "50 %"] {
            assert!(svg.contains(text), "{text}: {svg}");
        }
    }
}
