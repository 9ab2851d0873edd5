//! The written form that is hashed: a tag that names the form, then one `name:length:value` a line, so that no value can
//! pass for another field.

/// A form that is being written.
#[derive(Debug)]
pub(crate) struct Writing(String);

impl Writing {
    /// Begins with the tag, which ends its line.
    pub(crate) fn of(tag: &str) -> Self {
        Self(tag.to_owned())
    }

    /// One field. Its length is counted in bytes (UTF-8).
    pub(crate) fn put(&mut self, name: &str, value: &str) {
        self.0.extend([name, ":", &value.len().to_string(), ":", value, "\n"]);
    }

    /// A field that may be absent: its length is 0 then.
    pub(crate) fn maybe(&mut self, name: &str, value: Option<&str>) {
        self.put(name, value.unwrap_or_default());
    }

    /// The whole form.
    pub(crate) fn text(self) -> String {
        self.0
    }
}

/// A form that is being read.
#[derive(Debug)]
pub(super) struct Reading<'a>(&'a str);

impl<'a> Reading<'a> {
    /// What follows the tag. `None` for another form.
    pub(super) fn of(text: &'a str, tag: &str) -> Option<Self> {
        text.strip_prefix(tag).map(Self)
    }

    /// The value of the next field, which has to have this name.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a str> {
        let (length, text) = self.0.strip_prefix(name)?.strip_prefix(':')?.split_once(':')?;
        let value = text.get(..length.parse().ok()?)?;
        self.0 = text[value.len()..].strip_prefix('\n')?;
        Some(value)
    }
}

/// The value of a field that may be absent.
pub(super) fn said(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}
