//! How many values an answer may hold: the fields of a query, each times the sizes of the lists around it.
//!
//! The guard bounds what a query says; this bounds what is said in return. It is counted before anything is read, so lists
//! count with the size that was asked for, not with the one they will turn out to have.

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
    VariableDefinition,
};
use async_graphql::registry::{MetaField, MetaType, MetaTypeName, Registry};
use async_graphql::{ErrorExtensionValues, ServerError, ServerResult, Value, Variables};

use super::connection::{MOST, USUAL};
use super::error::MOST_ENTRIES;

/// What a list counts whose size nobody chooses: sections, teams of a posting, steps of a stage.
const UNPAGED: usize = 10;

/// Put into a request's data: what its answer may hold at most.
#[derive(Clone, Debug)]
pub(super) struct Allowance {
    /// Values.
    pub values: usize,
    /// The operation that is to be run, where there are several.
    pub operation: Option<String>,
}

impl Allowance {
    /// Refuses a document whose operation could be answered with more.
    ///
    /// # Errors
    /// `QUERY_TOO_COMPLEX`.
    pub fn covers(
        &self,
        registry: &Registry,
        document: &ExecutableDocument,
        variables: &Variables,
    ) -> ServerResult<()> {
        let mut operations = document.operations.iter();
        let wanted = self.operation.as_deref();
        let found =
            operations.find(|(name, _)| wanted.is_none_or(|wanted| name.is_some_and(|n| n == wanted)));
        let Some((_, operation)) = found else { return Ok(()) };
        let values = Count { registry, document, variables, operation: &operation.node }.all();
        if values <= self.values {
            return Ok(());
        }
        let message = format!(
            "The query asks for up to {values} values: at most {} are allowed, so ask for smaller pages or for less",
            self.values
        );
        let mut codes = ErrorExtensionValues::default();
        codes.set("code", "QUERY_TOO_COMPLEX");
        Err(ServerError { extensions: Some(codes), ..ServerError::new(message, Some(operation.pos)) })
    }
}

/// The count of one operation. It follows spreads, which the guard made sure are few and without cycles.
struct Count<'a> {
    registry: &'a Registry,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    operation: &'a OperationDefinition,
}

impl<'a> Count<'a> {
    fn all(&self) -> usize {
        let root = match self.operation.ty {
            OperationType::Query => Some(&self.registry.query_type),
            OperationType::Mutation => self.registry.mutation_type.as_ref(),
            OperationType::Subscription => self.registry.subscription_type.as_ref(),
        };
        self.inside(&self.operation.selection_set.node, root.and_then(|name| self.named(name)), 1)
    }

    fn named(&self, name: &str) -> Option<&'a MetaType> {
        self.registry.types.get(name)
    }

    /// The values of one object. `page` is the size of the page that it is, if it is a connection.
    fn inside(&self, set: &SelectionSet, on: Option<&'a MetaType>, page: usize) -> usize {
        let each = set.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) => self.field(&field.node, on, page),
            Selection::InlineFragment(inline) => {
                let condition = inline.node.type_condition.as_ref();
                let on = condition.map_or(on, |condition| self.named(&condition.node.on.node));
                self.inside(&inline.node.selection_set.node, on, page)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                fragment.map_or(0, |fragment| {
                    let on = self.named(&fragment.node.type_condition.node.on.node);
                    self.inside(&fragment.node.selection_set.node, on, page)
                })
            }
        });
        each.fold(0, usize::saturating_add)
    }

    fn field(&self, field: &Field, on: Option<&'a MetaType>, page: usize) -> usize {
        let inner = &field.selection_set.node;
        // What the type does not have is left to validation.
        let known = on.and_then(|on| Some((on, on.field_by_name(&field.name.node)?)));
        let Some((on, meta)) = known.filter(|_| !inner.items.is_empty()) else { return 1 };
        let is_list = MetaTypeName::create(&meta.ty).is_list();
        let times = match (is_list, on.name().ends_with("Connection")) {
            (false, _) => 1,
            (true, true) => page,
            (true, false) => self.unpaged(field, on, meta),
        };
        let its_page = if meta.args.contains_key("first") { self.page(field) } else { 1 };
        let on = self.named(MetaTypeName::concrete_typename(&meta.ty));
        self.inside(inner, on, its_page).saturating_add(1).saturating_mul(times)
    }

    /// Entries of a list that is not paged: those asked for by their ids, those moved by a change of many, or some.
    fn unpaged(&self, field: &Field, on: &MetaType, meta: &MetaField) -> usize {
        if on.name().ends_with("Payload") {
            return MOST_ENTRIES;
        }
        if !meta.args.contains_key("ids") {
            return UNPAGED;
        }
        match self.argument(field, "ids") {
            Some(Value::List(ids)) => ids.len().min(MOST_ENTRIES),
            _ => MOST_ENTRIES,
        }
    }

    /// The size of the page that a field asks for; the largest there is when that cannot be told.
    fn page(&self, field: &Field) -> usize {
        let most = MOST.unsigned_abs() as usize;
        let asked = ["first", "last"].map(|name| match self.argument(field, name)? {
            Value::Null => None,
            Value::Number(number) => {
                let size = number.as_u64().and_then(|size| usize::try_from(size).ok());
                Some(size.filter(|size| (1..=most).contains(size)).unwrap_or(most))
            }
            _ => Some(most),
        });
        asked.into_iter().flatten().max().unwrap_or(USUAL.unsigned_abs() as usize)
    }

    /// An argument's value; nothing when it is not given.
    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        field
            .get_argument(name)?
            .node
            .clone()
            .into_const_with(|variable| {
                let given = self.variables.get(&variable).or_else(|| {
                    let mut definitions = self.operation.variable_definitions.iter().map(|one| &one.node);
                    definitions.find(|one| one.name.node == variable).and_then(default)
                });
                Ok::<_, std::convert::Infallible>(given.cloned().unwrap_or_default())
            })
            .ok()
    }
}

fn default(variable: &VariableDefinition) -> Option<&Value> {
    variable.default_value.as_ref().map(|value| &value.node)
}

#[cfg(test)]
mod tests;
