//! Writes elements in order; every text is escaped here and nowhere else.

/// A document being written.
#[derive(Debug, Default)]
pub struct Out {
    text: String,
    open: Vec<&'static str>,
}

impl Out {
    /// Room for that many bytes: up to there the text does not move, and leaves no copies behind.
    pub fn with_room(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            open: Vec::new(),
        }
    }

    /// Opens an element; `name` may carry a prefix that is declared among `attributes` here or above.
    pub fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> &mut Self {
        self.start(name, attributes);
        self.text.push('>');
        self.open.push(name);
        self
    }

    /// Closes the innermost open element.
    pub fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
        self
    }

    /// An element with text.
    pub fn leaf(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> &mut Self {
        self.open(name, attributes);
        self.push(text);
        self.close()
    }

    /// An element without content.
    pub fn empty(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> &mut Self {
        self.start(name, attributes);
        self.text.push_str("/>");
        self
    }

    /// The document, with everything closed.
    pub fn end(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.push(value);
            self.text.push('"');
        }
    }

    /// Characters that XML 1.0 cannot carry are left out: a device name must not break the whole document.
    fn push(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '&' => self.text.push_str("&amp;"),
                '"' => self.text.push_str("&quot;"),
                '\r' => self.text.push_str("&#13;"),
                '\n' | '\t' => self.text.push(character),
                '\u{fffe}' | '\u{ffff}' => {}
                other if other.is_ascii_control() => {}
                other => self.text.push(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Xml;
    use super::*;

    /// [MD-04] What is written is read back as it was, whatever a device or user is called.
    #[test]
    fn texts_cannot_leave_their_element() {
        let text = "</b><c a=\"'&amp;]]>\u{7}\r\n";
        let mut out = Out::default();
        out.open("a", &[("x", text)]).leaf("b", &[], text);
        let document = out.end();
        let mut xml = Xml::new(document.as_bytes()).unwrap();
        xml.root("", "a").unwrap();
        assert!(xml.child().unwrap().unwrap().is("", "b"));
        assert_eq!(xml.text().unwrap(), text.replace('\u{7}', ""));
        assert_eq!(xml.child(), Ok(None));
    }
}
