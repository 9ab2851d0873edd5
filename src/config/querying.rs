//! What one GraphQL request may take.

use std::time::Duration;

use super::duration::parse;
use crate::graphql::guard::Limits;

/// What one GraphQL request may take.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "GraphQL")]
pub struct Querying {
    /// How long one GraphQL request may run.
    #[arg(long, env = "VACANTIA_GRAPHQL_TIMEOUT", global = true, value_name = "DURATION")]
    #[arg(default_value = "10s", value_parser = parse)]
    pub graphql_timeout: Duration,

    /// Values that the answer to one request may hold when it comes without the token of a member of staff: its fields,
    /// each times the sizes of the lists around it. A page counts what `first` or `last` asks for, 20 when neither does;
    /// any other list counts 10. A client library asks for some 50000 when it reads the whole schema.
    #[arg(long, env = "VACANTIA_GRAPHQL_VALUES", global = true, value_name = "NUMBER")]
    #[arg(default_value_t = Limits::default().values)]
    pub graphql_values: usize,

    /// The same for members of staff.
    #[arg(long, env = "VACANTIA_GRAPHQL_STAFF_VALUES", global = true, value_name = "NUMBER")]
    #[arg(default_value_t = Limits::default().staff_values)]
    pub graphql_staff_values: usize,
}

impl Querying {
    /// The guard's own settings.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits { values: self.graphql_values, staff_values: self.graphql_staff_values, ..Limits::default() }
    }
}
