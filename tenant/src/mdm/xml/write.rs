//! XML that we send: a tree of nodes, written at the end. Values are escaped here and nowhere else.

use quick_xml::escape::escape;

/// A node on its way out.
#[derive(Debug, Clone)]
pub(in crate::mdm) struct Node {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: String,
    children: Vec<Node>,
}

/// An element without anything in it.
pub(in crate::mdm) fn el(name: &'static str) -> Node {
    Node {
        name,
        attributes: Vec::new(),
        text: String::new(),
        children: Vec::new(),
    }
}

/// An element with text.
pub(in crate::mdm) fn leaf(name: &'static str, text: impl Into<String>) -> Node {
    let mut made = el(name);
    made.text = text.into();
    made
}

impl Node {
    /// The same with an attribute more.
    pub(in crate::mdm) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// The same with a child more.
    pub(in crate::mdm) fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// The same with more children.
    pub(in crate::mdm) fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// The same with nothing in it (`xsi:nil`).
    pub(in crate::mdm) fn nil(self) -> Self {
        self.with("xsi:nil", "true")
    }

    /// The document, without declaration. Our own trees are a dozen deep: recursion has its end.
    pub(in crate::mdm) fn write(&self) -> String {
        let mut out = String::new();
        self.write_to(&mut out);
        out
    }

    fn write_to(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(&escape(value.as_str()));
            out.push('"');
        }
        if self.text.is_empty() && self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        out.push_str(&escape(self.text.as_str()));
        for child in &self.children {
            child.write_to(out);
        }
        out.push_str("</");
        out.push_str(self.name);
        out.push('>');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdm::xml::{Ns, parse};

    /// What we write is read again as it was, whatever stands in it.
    #[test]
    fn values_come_back_as_they_were() {
        let hostile = "</a>&amp;<![CDATA[\"'ä\u{202e}]]>";
        let text = el("a").with("b", hostile).child(leaf("c", hostile)).write();
        let root = parse(text.as_bytes()).unwrap();
        assert_eq!(root.attribute(Ns::None, "b"), Some(hostile));
        assert_eq!(root.one(Ns::None, "c").unwrap().unwrap().text(), hostile);
        assert_eq!(el("a").write(), "<a/>");
    }
}
