//! What the runtimes have no call for, in the bytes of an ONNX file: other shapes for its inputs, the names of its outputs.
//!
//! Walks the protobuf wire format and copies whatever it does not have to change, so that nothing is lost. Field
//! numbers: onnx/onnx.proto3 of the ONNX project.

use std::collections::HashMap;

const MODEL_GRAPH: u64 = 7;
const GRAPH_INPUT: u64 = 11;
const GRAPH_OUTPUT: u64 = 12;
const GRAPH_VALUE_INFO: u64 = 13;
const VALUE_NAME: u64 = 1;
const VALUE_TYPE: u64 = 2;
const TYPE_TENSOR: u64 = 1;
const TENSOR_SHAPE: u64 = 2;
const SHAPE_DIM: u64 = 1;
const DIM_VALUE: u64 = 1;

/// The model with `shapes` as the shapes of the inputs of these names. The declared shapes of outputs and of
/// everything in between are left out, for the runtime to infer anew.
pub(crate) fn with_input_shapes(model: &[u8], shapes: &HashMap<&str, &[usize]>) -> Result<Vec<u8>, String> {
    rewrite(model, |number, graph| match number {
        MODEL_GRAPH => rewrite(graph, |number, value| graph_field(number, value, shapes)).map(Edit::Replace),
        _ => Ok(Edit::Keep),
    })
}

/// Names of the outputs, in the order of the file.
pub(crate) fn output_names(model: &[u8]) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for graph in messages(model, MODEL_GRAPH)? {
        for output in messages(graph, GRAPH_OUTPUT)? {
            names.push(name_of(output)?.to_owned());
        }
    }
    Ok(names)
}

fn graph_field(number: u64, value: &[u8], shapes: &HashMap<&str, &[usize]>) -> Result<Edit, String> {
    match number {
        GRAPH_INPUT => match shapes.get(name_of(value)?) {
            Some(shape) => with_shape(value, Some(&shape_message(shape))).map(Edit::Replace),
            None => Ok(Edit::Keep),
        },
        GRAPH_OUTPUT => with_shape(value, None).map(Edit::Replace),
        GRAPH_VALUE_INFO => Ok(Edit::Drop),
        _ => Ok(Edit::Keep),
    }
}

fn name_of(value: &[u8]) -> Result<&str, String> {
    let name = messages(value, VALUE_NAME)?.into_iter().next().unwrap_or_default();
    std::str::from_utf8(name).map_err(|_| "a name is not UTF-8".to_owned())
}

/// The content of every field `number` of `message` that holds bytes.
fn messages(message: &[u8], number: u64) -> Result<Vec<&[u8]>, String> {
    let (mut rest, mut found) = (message, Vec::new());
    while let Some(field) = next_field(&mut rest)? {
        found.extend(field.message.filter(|_| field.number == number));
    }
    Ok(found)
}

/// A `ValueInfoProto` with another shape, or none.
fn with_shape(value: &[u8], shape: Option<&[u8]>) -> Result<Vec<u8>, String> {
    rewrite(value, |number, type_proto| match number {
        VALUE_TYPE => rewrite(type_proto, |number, tensor| match number {
            TYPE_TENSOR => {
                let mut tensor = rewrite(tensor, |number, _| {
                    Ok(if number == TENSOR_SHAPE { Edit::Drop } else { Edit::Keep })
                })?;
                if let Some(shape) = shape {
                    put_message(&mut tensor, TENSOR_SHAPE, shape);
                }
                Ok(Edit::Replace(tensor))
            }
            _ => Ok(Edit::Keep),
        })
        .map(Edit::Replace),
        _ => Ok(Edit::Keep),
    })
}

fn shape_message(shape: &[usize]) -> Vec<u8> {
    let mut message = Vec::new();
    for size in shape {
        let mut dim = Vec::new();
        put_varint(&mut dim, DIM_VALUE << 3);
        put_varint(&mut dim, *size as u64);
        put_message(&mut message, SHAPE_DIM, &dim);
    }
    message
}

enum Edit {
    Keep,
    Drop,
    Replace(Vec<u8>),
}

/// Copies `message`, asking `edit` about every field that holds bytes.
fn rewrite(message: &[u8], edit: impl Fn(u64, &[u8]) -> Result<Edit, String>) -> Result<Vec<u8>, String> {
    let mut rest = message;
    let mut out = Vec::with_capacity(message.len());
    while let Some(field) = next_field(&mut rest)? {
        let edit = match field.message {
            Some(inner) => edit(field.number, inner)?,
            None => Edit::Keep,
        };
        match edit {
            Edit::Keep => out.extend_from_slice(field.whole),
            Edit::Drop => {}
            Edit::Replace(inner) => put_message(&mut out, field.number, &inner),
        }
    }
    Ok(out)
}

struct Field<'a> {
    number: u64,
    /// Tag, length and content, as in the file.
    whole: &'a [u8],
    /// The content of a length-delimited field.
    message: Option<&'a [u8]>,
}

fn next_field<'a>(rest: &mut &'a [u8]) -> Result<Option<Field<'a>>, String> {
    let start = *rest;
    if start.is_empty() {
        return Ok(None);
    }
    let tag = take_varint(rest)?;
    let message = match tag & 7 {
        0 => {
            take_varint(rest)?;
            None
        }
        1 => {
            take(rest, 8)?;
            None
        }
        2 => {
            let length = take_varint(rest)?;
            Some(take(rest, length)?)
        }
        5 => {
            take(rest, 4)?;
            None
        }
        wire => return Err(format!("not an ONNX file: wire type {wire}")),
    };
    Ok(Some(Field { number: tag >> 3, whole: &start[..start.len() - rest.len()], message }))
}

fn take<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], String> {
    let taken = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length));
    let (taken, after) = taken.ok_or("not an ONNX file: it ends too early")?;
    *rest = after;
    Ok(taken)
}

fn take_varint(rest: &mut &[u8]) -> Result<u64, String> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err("not an ONNX file: a number of more than 64 bits".into())
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_message(out: &mut Vec<u8>, number: u64, message: &[u8]) {
    put_varint(out, number << 3 | 2);
    put_varint(out, message.len() as u64);
    out.extend_from_slice(message);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A length-delimited field.
    fn field(number: u64, content: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        put_message(&mut out, number, content);
        out
    }

    /// A `ValueInfoProto` of f32 (element type 1) with `shape`, or without any.
    fn value(name: &str, shape: Option<&[usize]>) -> Vec<u8> {
        let shape = shape.map_or_else(Vec::new, |shape| field(TENSOR_SHAPE, &shape_message(shape)));
        let tensor = [vec![1 << 3, 1], shape].concat();
        [field(VALUE_NAME, name.as_bytes()), field(VALUE_TYPE, &field(TYPE_TENSOR, &tensor))].concat()
    }

    fn model(input: &[u8], output: &[u8], between: &[u8]) -> Vec<u8> {
        let node = field(1, b"a node");
        let graph = [node, field(GRAPH_INPUT, input), field(GRAPH_OUTPUT, output), between.to_vec()].concat();
        [vec![1 << 3, 8], field(MODEL_GRAPH, &graph), field(8, b"opset")].concat()
    }

    #[test]
    fn outputs_are_named_in_the_order_of_the_file() {
        let outputs: Vec<u8> =
            ["scores", "boxes"].iter().flat_map(|name| field(GRAPH_OUTPUT, &value(name, None))).collect();
        let model = model(&value("x", None), &value("first", None), &outputs);
        assert_eq!(output_names(&model), Ok(vec!["first".into(), "scores".into(), "boxes".into()]));
        assert!(output_names(&model[..model.len() - 1]).is_err(), "a file that ends too early");
    }

    #[test]
    fn the_named_input_changes_the_outputs_lose_their_shape_and_the_rest_stays() {
        let between = field(GRAPH_VALUE_INFO, &value("m", Some(&[9])));
        let before = model(&value("x", Some(&[1, 3, 640, 640])), &value("y", Some(&[1, 8400])), &between);
        let expected = model(&value("x", Some(&[1, 3, 320, 320])), &value("y", None), &[]);
        let shapes = HashMap::from([("x", &[1, 3, 320, 320][..])]);
        assert_eq!(with_input_shapes(&before, &shapes), Ok(expected));
    }

    #[test]
    fn an_input_of_another_name_stays() {
        let before = model(&value("weights", Some(&[4])), &value("y", None), &[]);
        assert_eq!(with_input_shapes(&before, &HashMap::from([("x", &[1][..])])), Ok(before));
    }

    #[test]
    fn damaged_files_are_errors() {
        let whole = model(&value("x", Some(&[1])), &value("y", None), &[]);
        for damaged in
            [&whole[..whole.len() - 1], &[0x0b], &[0xff; 12], &[0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]]
        {
            assert!(with_input_shapes(damaged, &HashMap::new()).is_err(), "{damaged:?}");
        }
    }
}
