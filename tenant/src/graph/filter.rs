//! `$filter` over devices: a small grammar, read by hand, with bounds on length, terms and depth.
//!
//! ```text
//! any     = all *( "or" all )
//! all     = one *( "and" one )
//! one     = "not" "(" any ")" / "(" any ")" / "startswith" "(" name "," text ")" / name compare value / name "in" "(" value *( "," value ) ")"
//! compare = "eq" / "ne" / "lt" / "le" / "gt" / "ge"
//! ```
//!
//! A filter never becomes SQL. A term that every match must meet may name one index (see [`Filter::narrow`]); the rest is judged
//! row by row over a bounded page.

use std::cmp::Ordering;

use dovetail_shared::UnixTime;
use dovetail_shared::id::{DeviceId, ObjectId};

use super::lexer::{Token, tokens};
use crate::device::Device;

/// Deepest nesting.
const DEEPEST: usize = 8;
/// Most comparisons.
const MOST: usize = 32;

/// A condition on a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Not(Box<Filter>),
    /// Some order of these between property and value.
    Compare(Property, &'static [Ordering], Value),
    Differs(Property, Value),
    In(Property, Vec<Value>),
    StartsWith(Property, String),
}

/// What may be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Property {
    Id,
    DeviceId,
    DisplayName,
    System,
    SystemVersion,
    Trust,
    Enabled,
    Compliant,
    Managed,
    LastSignIn,
    Registered,
}

/// A value, or a property's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// In lower case: texts are compared without case.
    Text(String),
    Flag(bool),
    Time(UnixTime),
    Null,
}

/// The one index that every match must be found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Narrow {
    Id(ObjectId),
    Device(DeviceId),
    Nobody,
    All,
}

impl Filter {
    /// Reads it; the reason when it cannot be.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut reader = Reader {
            tokens: tokens(text)?.into_iter().peekable(),
            terms: 0,
        };
        let filter = reader.any(0)?;
        match reader.tokens.next() {
            None => Ok(filter),
            Some(_) => Err("The filter does not end where it should."),
        }
    }

    /// Whether a device meets it.
    pub(super) fn holds(&self, device: &Device) -> bool {
        match self {
            Self::Any(some) => some.iter().any(|one| one.holds(device)),
            Self::All(all) => all.iter().all(|one| one.holds(device)),
            Self::Not(one) => !one.holds(device),
            Self::Compare(property, orders, value) => {
                compare(&property.of(device), value).is_some_and(|order| orders.contains(&order))
            }
            Self::Differs(property, value) => property.of(device) != *value,
            Self::In(property, values) => values.contains(&property.of(device)),
            Self::StartsWith(property, start) => {
                matches!(property.of(device), Value::Text(text) if text.starts_with(start.as_str()))
            }
        }
    }

    /// An id that every match must have, if the filter says one.
    pub(super) fn narrow(&self) -> Narrow {
        match self {
            Self::Compare(property, [Ordering::Equal], Value::Text(text)) => match property {
                Property::Id => text.parse().map_or(Narrow::Nobody, Narrow::Id),
                Property::DeviceId => text.parse().map_or(Narrow::Nobody, Narrow::Device),
                _ => Narrow::All,
            },
            Self::All(all) => {
                let mut narrow = all.iter().map(Self::narrow);
                narrow
                    .find(|narrow| *narrow != Narrow::All)
                    .unwrap_or(Narrow::All)
            }
            _ => Narrow::All,
        }
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => Some(left.0.cmp(&right.0)),
        (left, right) => (left == right).then_some(Ordering::Equal),
    }
}

impl Property {
    fn named(name: &str) -> Result<Self, &'static str> {
        Ok(match name {
            "id" => Self::Id,
            "deviceId" => Self::DeviceId,
            "displayName" => Self::DisplayName,
            "operatingSystem" => Self::System,
            "operatingSystemVersion" => Self::SystemVersion,
            "trustType" => Self::Trust,
            "accountEnabled" => Self::Enabled,
            "isCompliant" => Self::Compliant,
            "isManaged" => Self::Managed,
            "approximateLastSignInDateTime" => Self::LastSignIn,
            "registrationDateTime" | "createdDateTime" => Self::Registered,
            _ => return Err("The filter names a property that cannot be asked about."),
        })
    }

    /// Whether values of that kind can be compared with it.
    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Enabled | Self::Managed => matches!(value, Value::Flag(_)),
            Self::Compliant => matches!(value, Value::Flag(_) | Value::Null),
            Self::LastSignIn | Self::Registered => matches!(value, Value::Time(_)),
            _ => matches!(value, Value::Text(_)),
        }
    }

    fn of(self, device: &Device) -> Value {
        let text = |text: &str| Value::Text(text.to_lowercase());
        match self {
            Self::Id => text(&device.object_id.to_string()),
            Self::DeviceId => text(&device.id.to_string()),
            Self::DisplayName => text(&device.display_name),
            Self::System => text(&device.os_type),
            Self::SystemVersion => text(&device.os_version),
            Self::Trust => text(super::device::trust(device)),
            Self::Enabled => Value::Flag(device.enabled),
            Self::Compliant => {
                let managed = device.managed.as_ref();
                managed
                    .and_then(|managed| managed.compliant)
                    .map_or(Value::Null, Value::Flag)
            }
            Self::Managed => Value::Flag(device.managed.is_some()),
            Self::LastSignIn => Value::Time(device.last_logon),
            Self::Registered => Value::Time(device.created),
        }
    }
}

/// Reads words from the left.
struct Reader {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    terms: usize,
}

impl Reader {
    fn any(&mut self, depth: usize) -> Result<Filter, &'static str> {
        let first = self.all(depth)?;
        let mut some = vec![first];
        while self.word("or") {
            some.push(self.all(depth)?);
        }
        Ok(only_or(some, Filter::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Filter, &'static str> {
        let first = self.one(depth)?;
        let mut all = vec![first];
        while self.word("and") {
            all.push(self.one(depth)?);
        }
        Ok(only_or(all, Filter::All))
    }

    fn one(&mut self, depth: usize) -> Result<Filter, &'static str> {
        if depth >= DEEPEST {
            return Err("The filter is nested too deeply.");
        }
        self.terms += 1;
        if self.terms > MOST {
            return Err("The filter has too many terms.");
        }
        match self.tokens.next() {
            Some(Token::Open) => {
                let inner = self.any(depth + 1)?;
                self.need(&Token::Close)?;
                Ok(inner)
            }
            Some(Token::Word(word)) if word == "not" => {
                self.need(&Token::Open)?;
                let inner = self.any(depth + 1)?;
                self.need(&Token::Close)?;
                Ok(Filter::Not(Box::new(inner)))
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("startswith") => {
                self.starts_with()
            }
            Some(Token::Word(name)) => self.comparison(Property::named(&name)?),
            _ => Err("The filter has a term that is none."),
        }
    }

    fn starts_with(&mut self) -> Result<Filter, &'static str> {
        self.need(&Token::Open)?;
        let Some(Token::Word(name)) = self.tokens.next() else {
            return Err("startswith takes a property and a text.");
        };
        let property = Property::named(&name)?;
        self.need(&Token::Comma)?;
        match self.value(property)? {
            Value::Text(start) => {
                self.need(&Token::Close)?;
                Ok(Filter::StartsWith(property, start))
            }
            _ => Err("startswith takes a property and a text."),
        }
    }

    fn comparison(&mut self, property: Property) -> Result<Filter, &'static str> {
        use Ordering::{Equal, Greater, Less};
        let Some(Token::Word(operator)) = self.tokens.next() else {
            return Err("The filter has a term without an operator.");
        };
        let ordered = matches!(property, Property::LastSignIn | Property::Registered);
        let orders: &'static [Ordering] = match operator.as_str() {
            "in" => return self.list(property),
            "ne" => return Ok(Filter::Differs(property, self.value(property)?)),
            "eq" => &[Equal],
            "lt" if ordered => &[Less],
            "le" if ordered => &[Less, Equal],
            "gt" if ordered => &[Greater],
            "ge" if ordered => &[Greater, Equal],
            _ => return Err("The filter has an operator that is not supported."),
        };
        Ok(Filter::Compare(property, orders, self.value(property)?))
    }

    fn list(&mut self, property: Property) -> Result<Filter, &'static str> {
        self.need(&Token::Open)?;
        let mut values = vec![self.value(property)?];
        loop {
            self.terms += 1;
            if self.terms > MOST {
                return Err("The filter has too many terms.");
            }
            match self.tokens.next() {
                Some(Token::Comma) => values.push(self.value(property)?),
                Some(Token::Close) => return Ok(Filter::In(property, values)),
                _ => return Err("A list in the filter does not end."),
            }
        }
    }

    fn value(&mut self, property: Property) -> Result<Value, &'static str> {
        let value = match self.tokens.next() {
            Some(Token::Text(text)) => Value::Text(text.to_lowercase()),
            Some(Token::Flag(flag)) => Value::Flag(flag),
            Some(Token::Time(time)) => Value::Time(time),
            Some(Token::Null) => Value::Null,
            _ => return Err("The filter has a term without a value."),
        };
        if property.takes(&value) {
            Ok(value)
        } else {
            Err("The filter compares a property with a value of another kind.")
        }
    }

    fn word(&mut self, wanted: &str) -> bool {
        let is = |token: &Token| matches!(token, Token::Word(word) if word == wanted);
        self.tokens.next_if(is).is_some()
    }

    fn need(&mut self, wanted: &Token) -> Result<(), &'static str> {
        match self.tokens.next() {
            Some(token) if token == *wanted => Ok(()),
            _ => Err("The filter's brackets do not fit."),
        }
    }
}

/// The only one, or the group of all.
fn only_or(mut all: Vec<Filter>, group: fn(Vec<Filter>) -> Filter) -> Filter {
    match (all.len(), all.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            all.extend(last);
            group(all)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[&str] = &[
        "deviceId eq '6a1c3a2f-3a35-4f4c-9a41-7c5b1d9b5f10'",
        "displayName eq 'it''s mine'",
        "startswith(displayName,'lap')",
        "startsWith( displayName , 'lap' )",
        "accountEnabled eq true and isCompliant eq null",
        "not(accountEnabled eq false) or (trustType eq 'AzureAd' and operatingSystem in ('Linux', 'Windows'))",
        "approximateLastSignInDateTime le 2026-11-25T15:04:05Z",
        "isManaged ne true",
    ];

    /// [ID-19] What the grammar does not know is no filter; and depth, terms and length have an end.
    #[test]
    fn anything_else_is_refused() {
        for good in GOOD {
            assert!(Filter::parse(good).is_ok(), "{good}");
        }
        let bad = [
            "",
            " ",
            "displayName",
            "displayName eq",
            "eq 'x'",
            "displayName eq 'x",
            "displayName eq x",
            "displayName eq 'x' 'y'",
            "displayName gt 'x'",
            "accountEnabled gt true",
            "accountEnabled eq 'true'",
            "deviceId eq null",
            "password eq 'x'",
            "displayName eq 'x' or",
            "or displayName eq 'x'",
            "(displayName eq 'x'",
            "displayName eq 'x')",
            "not displayName eq 'x'",
            "displayName in ()",
            "displayName in ('x'",
            "displayName in 'x'",
            "startswith(displayName)",
            "startswith(accountEnabled,true)",
            "endswith(displayName,'x')",
            "displayName eq 'x' ; drop table device",
            "displayName eq \"x\"",
            "approximateLastSignInDateTime le 2026",
            "registeredOwners/any(o: o/id eq 'x')",
            "\u{0}",
            "displayName eq 'x' AND accountEnabled eq true",
            "1e400 eq 1e400",
        ];
        for bad in bad {
            assert!(Filter::parse(bad).is_err(), "{bad}");
        }
        let nested = |depth: usize| {
            format!(
                "{}isManaged eq true{}",
                "(".repeat(depth),
                ")".repeat(depth)
            )
        };
        assert!(Filter::parse(&nested(7)).is_ok());
        assert!(Filter::parse(&nested(8)).is_err());
        assert!(Filter::parse(&"not(".repeat(500)).is_err());
        let many = |terms: usize| vec!["isManaged eq true"; terms].join(" or ");
        assert!(Filter::parse(&many(31)).is_ok());
        assert!(Filter::parse(&many(10_000)).is_err());
        assert!(Filter::parse(&format!("displayName in ({})", vec!["'x'"; 40].join(","))).is_err());
        assert!(Filter::parse(&format!("displayName eq '{}'", "x".repeat(3000))).is_err());
    }

    #[test]
    fn an_id_that_every_match_must_have_is_found() {
        let id = "6a1c3a2f-3a35-4f4c-9a41-7c5b1d9b5f10";
        let narrow = |text: &str| Filter::parse(text).unwrap().narrow();
        assert_eq!(
            narrow(&format!("deviceId eq '{id}'")),
            Narrow::Device(id.parse().unwrap())
        );
        assert_eq!(
            narrow(&format!("accountEnabled eq true and id eq '{id}'")),
            Narrow::Id(id.parse().unwrap())
        );
        assert_eq!(
            narrow(&format!("accountEnabled eq true or id eq '{id}'")),
            Narrow::All
        );
        assert_eq!(narrow(&format!("not(id eq '{id}')")), Narrow::All);
        assert_eq!(narrow("deviceId eq 'x'"), Narrow::Nobody);
    }
}
