//! Values on their way in and out: integers (booleans and seconds too), texts, bytes, and nothing.

use super::error::StoreError;

/// What a value would be if it were there: PostgreSQL wants to know of a NULL, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Text,
    Bytes,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null(Kind),
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What can be bound to a placeholder.
pub(crate) trait Bind {
    /// What it is.
    const KIND: Kind;
    /// The value itself.
    fn value(self) -> Value;
}

macro_rules! bind {
    ($kind:ident: $($type:ty => $make:expr),+ $(,)?) => {$(
        impl Bind for $type {
            const KIND: Kind = Kind::$kind;
            fn value(self) -> Value {
                let make: fn($type) -> _ = $make;
                Value::$kind(make(self))
            }
        }
    )+};
}

bind!(Integer: i64 => |n| n, i32 => i64::from, u32 => i64::from, u16 => i64::from, u8 => i64::from, bool => i64::from);
bind!(Text: String => |text| text, &str => str::to_owned, &String => String::clone);
bind!(Bytes: Vec<u8> => |bytes| bytes, &Vec<u8> => Vec::clone, &[u8] => <[u8]>::to_vec);

impl<T: Bind> Bind for Option<T> {
    const KIND: Kind = T::KIND;
    fn value(self) -> Value {
        self.map_or(Value::Null(T::KIND), Bind::value)
    }
}

impl<'a, T> Bind for &'a Option<T>
where
    &'a T: Bind,
{
    const KIND: Kind = <&'a T as Bind>::KIND;
    fn value(self) -> Value {
        self.as_ref().value()
    }
}

/// What can be read from a column.
pub(crate) trait Read: Sized {
    /// Takes the value for what it should be.
    fn read(value: &Value) -> Result<Self, StoreError>;
}

fn other(value: &Value, wanted: &str) -> StoreError {
    let found = match value {
        Value::Null(_) => "nothing",
        Value::Integer(_) => "an integer",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
    };
    StoreError::Decode(format!("{wanted} should stand there, and {found} does").into())
}

impl Read for i64 {
    fn read(value: &Value) -> Result<Self, StoreError> {
        match value {
            Value::Integer(number) => Ok(*number),
            value => Err(other(value, "an integer")),
        }
    }
}

macro_rules! read_narrow {
    ($($type:ty),+) => {$(
        impl Read for $type {
            fn read(value: &Value) -> Result<Self, StoreError> {
                Self::try_from(i64::read(value)?).map_err(|error| StoreError::Decode(Box::new(error)))
            }
        }
    )+};
}

read_narrow!(i32, u32, u16, u8);

impl Read for bool {
    fn read(value: &Value) -> Result<Self, StoreError> {
        Ok(i64::read(value)? != 0)
    }
}

impl Read for String {
    fn read(value: &Value) -> Result<Self, StoreError> {
        match value {
            Value::Text(text) => Ok(text.clone()),
            value => Err(other(value, "a text")),
        }
    }
}

impl Read for Vec<u8> {
    fn read(value: &Value) -> Result<Self, StoreError> {
        match value {
            Value::Bytes(bytes) => Ok(bytes.clone()),
            value => Err(other(value, "bytes")),
        }
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: &Value) -> Result<Self, StoreError> {
        match value {
            Value::Null(_) => Ok(None),
            value => T::read(value).map(Some),
        }
    }
}
