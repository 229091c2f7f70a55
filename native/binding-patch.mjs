// @ts-check
/**
 * What we add to tfjs-node-gpu's binding: attributes that are lists of texts or types, which oneDNN's fused operations
 * have, and functions of our own in `native/binding/`.
 */

/** By the line that each stands behind, of which there is one. */
const ATTRIBUTES = {
  '    case TF_ATTR_STRING: {\n': `      if (IsArray(env, nstatus, &js_value)) {
        uint32_t length;
        nstatus = napi_get_array_length(env, js_value, &length);
        ENSURE_NAPI_OK(env, nstatus);
        std::vector<std::string> texts(length);
        std::vector<const void *> pointers(length);
        std::vector<size_t> lengths(length);
        for (uint32_t i = 0; i < length; ++i) {
          napi_value element;
          nstatus = napi_get_element(env, js_value, i, &element);
          ENSURE_NAPI_OK(env, nstatus);
          nstatus = GetStringParam(env, element, texts[i]);
          ENSURE_NAPI_OK(env, nstatus);
          pointers[i] = texts[i].data();
          lengths[i] = texts[i].size();
        }
        TFE_OpSetAttrStringList(tfe_op, attr_name, pointers.data(), lengths.data(), static_cast<int>(length));
        break;
      }
`,
  '    case TF_ATTR_TYPE: {\n': `      if (IsArray(env, nstatus, &js_value)) {
        uint32_t length;
        nstatus = napi_get_array_length(env, js_value, &length);
        ENSURE_NAPI_OK(env, nstatus);
        std::vector<TF_DataType> types(length);
        for (uint32_t i = 0; i < length; ++i) {
          napi_value element;
          nstatus = napi_get_element(env, js_value, i, &element);
          ENSURE_NAPI_OK(env, nstatus);
          nstatus = napi_get_value_int32(env, element, reinterpret_cast<int32_t *>(&types[i]));
          ENSURE_NAPI_OK(env, nstatus);
        }
        TFE_OpSetAttrTypeList(tfe_op, attr_name, types.data(), static_cast<int>(length));
        break;
      }
`,
};

/** @type {Readonly<Record<string, Readonly<Record<string, string>>>>} By file. */
const ADDED = {
  'tfjs_backend.cc': {
    ...ATTRIBUTES,
    '#include "utils.h"\n': '#include "join_cluster.h"\n',
    '  TFE_DeleteContextOptions(tfe_options);\n': '  JoinCluster(env, tfe_context_);\n',
  },
  'tfjs_backend.h': {
    '  napi_value GetNumOfTensors(napi_env env);\n': `
  // Null if there is none.
  TFE_TensorHandle *Handle(int32_t id) const {
    auto entry = tfe_handle_map_.find(id);
    return entry == tfe_handle_map_.end() ? nullptr : entry->second;
  }
`,
  },
  'tfjs_binding.cc': {
    '  return backend->GetNumOfSavedModels(env);\n}\n': `
}  // namespace tfnodejs
#include "momentum_step.h"
namespace tfnodejs {
`,
    '  napi_property_descriptor exports_properties[] = {\n':
      '      {"momentumStep", nullptr, MomentumStep, nullptr, nullptr, nullptr, napi_default, nullptr},\n',
  },
};

/**
 * A source of the binding as we compile it.
 * @param {string} file its name @param {string} text
 */
export function patched(file, text) {
  for (const [line, added] of Object.entries(ADDED[file] ?? {})) {
    const parts = text.split(line);
    if (parts.length !== 2)
      throw new Error(`Internal error: ${file} has ${parts.length - 1} lines "${line.trim()}"`);
    text = parts.join(line + added);
  }
  return text;
}
