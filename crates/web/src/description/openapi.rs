//! The description of the client API for programs: an `OpenAPI` document, made of the tables.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::Value;
use utoipa::openapi::{
    Components, ComponentsBuilder, Content, HttpMethod, InfoBuilder, LicenseBuilder,
    OpenApiBuilder, PathItem, Paths, Ref, RefOr, Required, ResponseBuilder, ResponsesBuilder,
    Server,
    path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
    schema::{
        AdditionalProperties, AllOfBuilder, AnyOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder,
        Schema, SchemaFormat, SchemaType, Type,
    },
    security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

use super::{Answer, Asked, Attribute, Endpoint, Kind, Shape, Terms, Who, endpoints, shapes};

/// What it is about, in two sentences.
const ABOUT: &str = "The client API of Kindred: that of Mastodon, as far as it goes, with groups and what Mastodon has no word for. \
                     Parameters are taken from the query, a form, multipart or JSON alike.";

/// The whole document.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::to_value(written()).unwrap_or_default());
    &DOCUMENT
}

fn written() -> utoipa::openapi::OpenApi {
    let info = InfoBuilder::new()
        .title("Kindred")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(
            LicenseBuilder::new()
                .name("AGPL-3.0-only")
                .identifier(Some("AGPL-3.0-only"))
                .build(),
        ))
        .build();
    let mut items: BTreeMap<String, PathItem> = BTreeMap::new();
    for endpoint in endpoints() {
        if let Ok(terms) = &endpoint.here {
            let item = PathItem::new(method(endpoint.method), operation(endpoint, terms));
            items
                .entry(address(endpoint.path))
                .or_default()
                .merge_operations(item);
        }
    }
    let mut paths = Paths::new();
    paths.paths.extend(items);
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .paths(paths)
        .components(Some(components()))
        .build()
}

fn method(name: &str) -> HttpMethod {
    match name {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

/// `/api/v1/accounts/:id` as `/api/v1/accounts/{id}`.
fn address(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix(':') {
        Some(name) => format!("{{{name}}}"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

fn operation(endpoint: &Endpoint, terms: &Terms) -> OperationBuilder {
    let named = endpoint
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix(':'));
    let mut parameters: Vec<Parameter> = named
        .map(|name| parameter(name, ParameterIn::Path, Required::True, text()))
        .collect();
    let in_query = matches!(endpoint.method, "GET" | "DELETE");
    if in_query {
        parameters.extend(terms.asked.iter().map(in_the_query));
    }
    let operation = OperationBuilder::new()
        .operation_id(Some(name_of(endpoint)))
        .tag(endpoint.chapter)
        .description(Some(who_may(terms)))
        .parameters(Some(parameters))
        .request_body(
            Some(&terms.asked)
                .filter(|asked| !in_query && !asked.is_empty())
                .map(|asked| body(asked)),
        )
        .responses(
            ResponsesBuilder::new()
                .response("200", answer(&terms.answer))
                .response("4XX", Ref::from_response_name("Refused"))
                .build(),
        );
    match terms.who {
        Who::Anybody if terms.scopes.is_empty() => operation,
        Who::Anybody => {
            operation
                .security(SecurityRequirement::default())
                .security(SecurityRequirement::new(
                    "token",
                    terms.scopes.iter().copied(),
                ))
        }
        Who::Program | Who::Person => operation.security(SecurityRequirement::new(
            "token",
            terms.scopes.iter().copied(),
        )),
    }
}

/// `get_api_v1_accounts_id`
fn name_of(endpoint: &Endpoint) -> String {
    let words = endpoint
        .path
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let method = endpoint.method.to_lowercase();
    std::iter::once(method.as_str())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

fn who_may(terms: &Terms) -> String {
    let who = match terms.who {
        Who::Anybody if terms.scopes.is_empty() => return "Anybody may ask.".to_owned(),
        Who::Anybody => "Anybody may ask; a token that is shown",
        Who::Program => "The token of a program or of a person",
        Who::Person => "The token of a person",
    };
    match terms.scopes.as_slice() {
        [] => format!("{who} is needed."),
        [scope] => format!("{who} needs the scope `{scope}`."),
        scopes => format!("{who} needs one of the scopes `{}`.", scopes.join("`, `")),
    }
}

fn parameter(name: &str, place: ParameterIn, needed: Required, schema: RefOr<Schema>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(needed)
        .schema(Some(schema))
        .build()
}

fn in_the_query(asked: &Asked) -> Parameter {
    let name = match &asked.kind {
        Kind::List(_) => format!("{}[]", asked.name),
        _ => asked.name.to_owned(),
    };
    let needed = if asked.needed {
        Required::True
    } else {
        Required::False
    };
    parameter(
        &name,
        ParameterIn::Query,
        needed,
        schema(&asked.kind, false),
    )
}

fn body(asked: &[Asked]) -> RequestBody {
    let content = |with_files: bool| {
        let said = asked
            .iter()
            .filter(|one| with_files || one.kind != Kind::File);
        let object = said.fold(ObjectBuilder::new(), |object, one| {
            let object = object.property(one.name, schema(&one.kind, false));
            if one.needed {
                object.required(one.name)
            } else {
                object
            }
        });
        Content::new(Some(object.build()))
    };
    RequestBodyBuilder::new()
        .content("multipart/form-data", content(true))
        .content("application/json", content(false))
        .content("application/x-www-form-urlencoded", content(false))
        .build()
}

fn answer(answer: &Answer) -> ResponseBuilder {
    let (kind, words, content) = match answer {
        Answer::Json(kind) => ("application/json", "As asked for.", schema(kind, false)),
        Answer::Page => ("text/html", "A page.", text()),
        Answer::Text => ("text/plain", "A word.", text()),
        Answer::Stream => ("text/event-stream", "Events as they happen.", text()),
        Answer::Socket => ("text/plain", "Events as they happen, by WebSocket.", text()),
    };
    ResponseBuilder::new()
        .description(words)
        .content(kind, Content::new(Some(content)))
}

fn components() -> Components {
    let refused = ResponseBuilder::new()
        .description("Refused, with words for people.")
        .content("application/json", Content::new(Some(named("Error"))))
        .build();
    let mut components = ComponentsBuilder::new()
        .response("Refused", refused)
        .security_scheme(
            "token",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
    for shape in shapes() {
        components = components.schema(component(shape.name), described(shape));
    }
    components.build()
}

/// A name as it may stand in an `OpenAPI` document.
fn component(name: &str) -> String {
    name.replace("::", ".")
}

fn named(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(component(name)).into()
}

fn described(shape: &Shape) -> RefOr<Schema> {
    let own = object(&shape.attributes);
    match shape.adds_to {
        Some(below) => {
            Schema::AllOf(AllOfBuilder::new().item(named(below)).item(own).build()).into()
        }
        None => own,
    }
}

fn object(attributes: &[Attribute]) -> RefOr<Schema> {
    let mut object = ObjectBuilder::new();
    for attribute in attributes {
        object = object.property(attribute.name, schema(&attribute.kind, attribute.null));
        if !attribute.may_be_missing {
            object = object.required(attribute.name);
        }
    }
    object.build().into()
}

fn text() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .build()
        .into()
}

fn schema(kind: &Kind, null: bool) -> RefOr<Schema> {
    let plain = |of: Type| {
        ObjectBuilder::new().schema_type(if null {
            SchemaType::Array(vec![of, Type::Null])
        } else {
            SchemaType::Type(of)
        })
    };
    let like = |format: SchemaFormat| plain(Type::String).format(Some(format));
    let known = SchemaFormat::KnownFormat;
    let digits = || plain(Type::String).pattern(Some("^[0-9]+$"));
    let whole: RefOr<Schema> = match kind {
        Kind::Text | Kind::Id => return plain(Type::String).build().into(),
        Kind::Url => return like(SchemaFormat::Custom("uri".to_owned())).build().into(),
        Kind::Integer => return plain(Type::Integer).build().into(),
        Kind::Number => return plain(Type::Number).build().into(),
        Kind::Flag => return plain(Type::Boolean).build().into(),
        Kind::Moment => return like(known(KnownFormat::DateTime)).build().into(),
        Kind::Day => return like(known(KnownFormat::Date)).build().into(),
        Kind::Count => return digits().build().into(),
        Kind::File => return like(known(KnownFormat::Binary)).build().into(),
        Kind::Anything => {
            return ObjectBuilder::new()
                .schema_type(SchemaType::AnyValue)
                .build()
                .into();
        }
        Kind::Word(words) => {
            let nothing = null.then_some(Value::Null);
            let words = words.iter().map(|word| Value::from(*word)).chain(nothing);
            return plain(Type::String).enum_values(Some(words)).build().into();
        }
        Kind::Shape(names) => match names.as_slice() {
            [name] => named(name),
            names => {
                let any = names
                    .iter()
                    .fold(AnyOfBuilder::new(), |any, name| any.item(named(name)));
                Schema::AnyOf(any.build()).into()
            }
        },
        Kind::List(each) => ArrayBuilder::new()
            .items(schema(each, false))
            .build()
            .into(),
        Kind::Map(each) => ObjectBuilder::new()
            .additional_properties(Some(AdditionalProperties::RefOr(schema(each, false))))
            .build()
            .into(),
        Kind::Object(attributes) => object(attributes),
    };
    if !null {
        return whole;
    }
    let any = AnyOfBuilder::new()
        .item(whole)
        .item(ObjectBuilder::new().schema_type(Type::Null));
    Schema::AnyOf(any.build()).into()
}
