import HTTPTypes

/// The OpenAPI document (3.1.0) of the routes: made from the very table that is served, so that it cannot say anything else.
struct OpenAPI {
    let routes: [APIRoute]
    let version: String

    var document: JSON {
        var schemas: [String: JSON] = ["Problem": [:]]
        let paths = paths(&schemas)
        _ = describe(APIProblem.schema, &schemas)
        let components = schemas.sorted { $0.key < $1.key }.map { JSON.Member(name: $0.key, value: $0.value) }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Martlet", "version": .string(version),
                "description": "What an account can do by its pages, for programs. docs/api.md has examples.",
            ],
            "servers": [["url": .string(APIRoute.root)]],
            "security": [["token": []]],
            "paths": paths,
            "components": [
                "securitySchemes": [
                    "token": [
                        "type": "http", "scheme": "bearer",
                        "description": "A token of the account, made on the page “API tokens”.",
                    ]
                ],
                "schemas": .object(components),
            ],
        ]
    }

    private func paths(_ schemas: inout [String: JSON]) -> JSON {
        var order: [String] = []
        var operations: [String: [JSON.Member]] = [:]
        for route in routes {
            if operations[route.path] == nil { order.append(route.path) }
            operations[route.path, default: []].append(
                JSON.Member(name: route.method.rawValue.lowercased(), value: operation(route, &schemas)))
        }
        return .object(order.map { JSON.Member(name: $0, value: .object(operations[$0] ?? [])) })
    }

    private func operation(_ route: APIRoute, _ schemas: inout [String: JSON]) -> JSON {
        var parameters: [JSON] =
            ["id", "file"].filter { route.path.contains("{\($0)}") }.map { name in
                ["name": .string(name), "in": "path", "required": true, "schema": describe(.id, &schemas)]
            }
        for parameter in route.parameters {
            var one: JSON = [
                "name": .string(parameter.name), "in": "query", "schema": describe(parameter.schema, &schemas),
            ]
            if !parameter.note.isEmpty { one = one.adding(["description": .string(parameter.note)]) }
            parameters.append(one)
        }
        var operation: JSON = [
            "operationId": .string(route.name), "summary": .string(route.summary), "tags": [.string(route.tag)],
            "x-scope": JSON(route.scope),
        ]
        if !parameters.isEmpty { operation = operation.adding(["parameters": .array(parameters)]) }
        if route.takesFile {
            operation = operation.adding([
                "requestBody": [
                    "required": true,
                    "content": [
                        "application/octet-stream": ["schema": ["type": "string", "format": "binary"]]
                    ],
                ]
            ])
        }
        if let body = route.body {
            operation = operation.adding([
                "requestBody": [
                    "required": .bool(body.hasRequiredFields), "content": content(body, &schemas),
                ]
            ])
        }
        var answer: JSON = ["description": "As asked."]
        if let schema = route.answer { answer = answer.adding(["content": content(schema, &schemas)]) }
        return operation.adding([
            "responses": [
                String(route.status.code): answer,
                "default": ["description": "A problem.", "content": content(APIProblem.schema, &schemas)],
            ]
        ])
    }

    private func content(_ schema: Schema, _ schemas: inout [String: JSON]) -> JSON {
        ["application/json": ["schema": describe(schema, &schemas)]]
    }

    /// JSON Schema (2020-12); what has a name is put among the components once.
    private func describe(_ schema: Schema, _ schemas: inout [String: JSON]) -> JSON {
        switch schema {
        case .string(let limit):
            return limit == .max ? ["type": "string"] : ["type": "string", "maxLength": JSON(limit)]
        case .instant: return ["type": "string", "format": "date-time"]
        case .choice(let choices): return ["type": "string", "enum": .array(choices.map { .string($0) })]
        case .boolean: return ["type": "boolean"]
        case .number: return ["type": "number"]
        case .integer(let range):
            let type: JSON = ["type": "integer", "format": "int64", "minimum": .integer(range.lowerBound)]
            return range.upperBound == .max ? type : type.adding(["maximum": .integer(range.upperBound)])
        case .array(let element, let limit):
            let type: JSON = ["type": "array", "items": describe(element, &schemas)]
            return limit == .max ? type : type.adding(["maxItems": JSON(limit)])
        case .nullable(let schema): return ["anyOf": [describe(schema, &schemas), ["type": "null"]]]
        case .named(let name, let schema):
            if schemas[name] == nil || schemas[name] == [:] { schemas[name] = describe(schema, &schemas) }
            return ["$ref": .string("#/components/schemas/\(name)")]
        case .object(let fields):
            let properties = fields.map { field in
                let type = describe(field.schema, &schemas)
                return JSON.Member(
                    name: field.name,
                    value: field.note.isEmpty ? type : type.adding(["description": .string(field.note)]))
            }
            let required = fields.filter(\.isRequired).map { JSON.string($0.name) }
            let type: JSON = [
                "type": "object", "properties": .object(properties), "additionalProperties": false,
            ]
            return required.isEmpty ? type : type.adding(["required": .array(required)])
        }
    }
}

extension Schema {
    fileprivate var hasRequiredFields: Bool {
        switch self {
        case .object(let fields): fields.contains(where: \.isRequired)
        case .named(_, let schema): schema.hasRequiredFields
        default: false
        }
    }
}
