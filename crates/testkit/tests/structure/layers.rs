//! Which crate may depend on which: the list of members is the order.

/// One crate of the list.
pub(crate) struct Layer {
    /// Name of the package.
    pub(crate) name: String,
    /// Everything that it needs in order to be built; what only its tests need is free.
    pub(crate) needs: Vec<String>,
}

/// Each need of a layer that is not below it, in words. `layers` are given from the top down.
pub(crate) fn faults(layers: &[Layer]) -> Vec<String> {
    let place = |name: &str| layers.iter().position(|layer| layer.name == name);
    let mut faults = Vec::new();
    for (own, layer) in layers.iter().enumerate() {
        let upwards = layer.needs.iter().filter(|need| place(need).is_some_and(|other| other <= own));
        faults.extend(upwards.map(|need| format!("{} depends on {need}, which is not below it", layer.name)));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(name: &str, needs: &[&str]) -> Layer {
        Layer { name: name.to_owned(), needs: needs.iter().map(|&need| need.to_owned()).collect() }
    }

    #[test]
    fn downwards_is_allowed_and_upwards_is_not() {
        let house = [layer("top", &["serde", "ground"]), layer("middle", &["ground"]), layer("ground", &[])];
        assert_eq!(faults(&house), Vec::<String>::new());
        let house = [layer("top", &["ground"]), layer("ground", &["serde", "top"])];
        assert_eq!(faults(&house), ["ground depends on top, which is not below it"]);
    }
}
