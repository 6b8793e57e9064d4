//! The description of this service. What a route takes stands in its file; here is what all commands
//! have in common.

use domain::ids::CommandId;
use domain::limits::Limits;
use domain::sample;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};
use service_kit::openapi::Operation;
use service_kit::openapi::operation::Problem;

use crate::gateway::reply::Done;
use crate::problems::refused;
use crate::routes;

/// Besides refusals by a rule.
const PROBLEMS: &[(u16, &str)] = &[
    (400, "idempotency_key_invalid"),
    (400, "idempotency_key_missing"),
    (403, "on_behalf_of_refused"),
    (413, "too_large_to_forward"),
    (422, "idempotency_key_ahead"),
    (422, "idempotency_key_reused"),
    (422, "idempotency_key_too_old"),
    (429, "shed"),
    (503, "log_unavailable"),
    (503, "overloaded"),
];

/// The whole document.
pub fn document(limits: &Limits) -> Value {
    service_kit::openapi::document("Matinee: commands", routes::operations(limits))
}

/// A route that carries out one command. Any rule may refuse it.
pub(crate) fn command(method: &'static str, path: &str, summary: &'static str) -> Operation {
    of_commands(Operation::new(method, path, summary)).parameter(
        "header",
        "Matinee-On-Behalf-Of",
        false,
        json!({ "type": "string" }),
    )
}

/// A route that carries out one command of an operator; `path` is below `/v1/apps`.
pub(crate) fn operator_command(
    method: &'static str,
    path: &str,
    summary: &'static str,
) -> Operation {
    of_commands(Operation::for_operators(method, path, summary))
}

fn of_commands(operation: Operation) -> Operation {
    let refusals = sample::rejections().iter().map(refused).collect::<Vec<_>>();
    let refusals =
        refusals.iter().map(|problem| Problem(problem.status().as_u16(), problem.code()));
    let key = CommandId::json_schema(&mut SchemaGenerator::default()).to_value();
    operation
        .parameter("header", "Idempotency-Key", true, key)
        .answer::<Done>(200)
        .answer::<Done>(201)
        .problems(PROBLEMS)
        .problems(refusals)
}
