"""Writes runs-api.ts and models-api.ts from the descriptors of an installed MLflow (then prettier):

    python3 generate_api.py Runs > runs-api.ts && python3 generate_api.py Models > models-api.ts

The server publishes no OpenAPI; its Python package carries the descriptors of its protocol buffers, with each
endpoint's method and path.
"""

import sys

import mlflow
from google.protobuf.descriptor import FieldDescriptor as F
from mlflow.protos import databricks_pb2, model_registry_pb2, service_pb2

ENDPOINTS = {
    "Runs": """
        createExperiment getExperimentByName searchExperiments setExperimentTag
        createRun getRun updateRun deleteRun searchRuns logBatch logInputs logOutputs getMetricHistory
    """.split(),
    "Models": """
        createLoggedModel finalizeLoggedModel getLoggedModel searchLoggedModels
        createRegisteredModel setRegisteredModelAlias getModelVersionByAlias
        createModelVersion updateModelVersion searchModelVersions
    """.split(),
}

NUMBERS = {F.TYPE_DOUBLE, F.TYPE_FLOAT}
INTEGERS = {F.TYPE_INT32, F.TYPE_INT64, F.TYPE_UINT32, F.TYPE_UINT64}


class Writer:
    def __init__(self):
        self.written = {}

    def name(self, descriptor):
        """Messages of a request are named after it; all others keep their own name."""
        return descriptor.full_name.removeprefix("mlflow.").replace(".", "")

    def type_of(self, field):
        if field.type == F.TYPE_MESSAGE:
            self.message(field.message_type)
            text = self.name(field.message_type)
        elif field.type == F.TYPE_ENUM:
            values = " | ".join(f"'{value.name}'" for value in field.enum_type.values)
            text = self.name(field.enum_type)
            self.written.setdefault(text, f"export type {text} = {values};")
        elif field.type == F.TYPE_BOOL:
            text = "boolean"
        elif field.type in NUMBERS:
            text = "Num"
        elif field.type in INTEGERS:
            text = "number"
        else:
            text = "string"
        return f"readonly {text}[]" if field.is_repeated else text

    def message(self, descriptor):
        name = self.name(descriptor)
        if name in self.written:
            return
        self.written[name] = ""
        fields = [self.field(field) for field in descriptor.fields]
        body = "\n".join(fields)
        self.written[name] = f"export interface {name} {{\n{body}\n}}" if fields else f"export type {name} = Record<string, never>;"

    def field(self, field):
        required = field.GetOptions().Extensions[databricks_pb2.validate_required]
        return f"  readonly {field.name}{'' if required else '?'}: {self.type_of(field)};"


def endpoints(names):
    for file in (service_pb2, model_registry_pb2):
        for service in file.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                rpc = method.GetOptions().Extensions[databricks_pb2.rpc]
                if method.name in names and rpc.endpoints:
                    yield method.name, method.input_type, rpc.endpoints[0]


def main(group):
    names = ENDPOINTS[group]
    writer = Writer()
    table, calls = [], []
    for name, request, endpoint in sorted(endpoints(names), key=lambda found: names.index(found[0])):
        table.append(f"  {name}: {{ method: '{endpoint.method}', path: '{endpoint.path}' }},")
        writer.message(request)
        response = request.nested_types_by_name["Response"]
        writer.message(response)
        calls.append(f"  readonly {name}: readonly [{writer.name(request)}, {writer.name(response)}];")
    missing = set(names) - {line.split(":")[0].strip() for line in table}
    if missing:
        sys.exit(f"this MLflow has no {', '.join(sorted(missing))}")
    print(f"/** Written by generate_api.py from the descriptors of MLflow {mlflow.__version__}; not edited by hand. */")
    print("\n/** JSON has no words for what is not finite. */")
    print("export type Num = number | 'NaN' | 'Infinity' | '-Infinity';\n")
    print("export const ENDPOINTS = {\n" + "\n".join(table) + "\n} as const;\n")
    print("/** What goes there, and what comes back. */")
    print(f"export interface {group}Calls {{\n" + "\n".join(calls) + "\n}\n")
    print("\n\n".join(writer.written.values()))


main(sys.argv[1])
