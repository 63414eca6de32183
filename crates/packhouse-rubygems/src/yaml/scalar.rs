//! What a scalar is, by its tag and by how it is written.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use granit_parser::ScalarStyle;

use super::tag::{Scalar, Written};
use super::{Value, YamlError};

/// Old writers pad in their own ways.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Reads a scalar.
pub(super) fn read(
    text: &str,
    style: ScalarStyle,
    written: Written,
    line: usize,
) -> Result<Value, YamlError> {
    let is_null =
        style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
    match written {
        Written::Scalar(Scalar::Any) if is_null => Ok(Value::Null),
        Written::Scalar(Scalar::Null) => Ok(Value::Null),
        // The parser writes an empty scalar as `~`; with a tag for texts, it is an empty one.
        Written::Scalar(Scalar::Text | Scalar::Binary) if is_null && text == "~" => {
            Ok(Value::Text(String::new()))
        }
        Written::Scalar(Scalar::Any | Scalar::Text) => Ok(Value::Text(text.to_owned())),
        Written::Scalar(Scalar::Symbol) => Ok(Value::Text(format!(":{text}"))),
        Written::Scalar(Scalar::Binary) => binary(text, line).map(Value::Text),
        Written::Object(_) => Err(YamlError::TagPlace {
            tag: "!ruby/object".to_owned(),
            line,
        }),
    }
}

fn binary(text: &str, line: usize) -> Result<String, YamlError> {
    let packed: Vec<u8> = (text.bytes())
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let bytes = (BASE64.decode(packed)).map_err(|_| YamlError::Binary { line })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
