/**
 * Makes a process one of several whose collective operations meet: starts TensorFlow's own server in it. Included by
 * tfjs_backend.cc, see binding-patch.mjs. Devices are named after it, so it comes before these are looked at.
 */
#include "tensorflow/c/c_api_experimental.h"

#include <cstdlib>
#include <string>

namespace tfnodejs {

/** A ServerDef (tensorflow_server.proto) in hexadecimal; unset in a process that works alone. */
constexpr char CLUSTER_VARIABLE[] = "STAGECRAFT_SERVER_DEF";

static void JoinCluster(napi_env env, TFE_Context *context) {
  const char *hex = std::getenv(CLUSTER_VARIABLE);
  if (!hex) return;
  const std::string digits(hex);
  std::string server_def;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    server_def.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  TF_AutoStatus status;
  TFE_EnableCollectiveOps(context, server_def.data(), server_def.size(), status.status);
  if (TF_GetCode(status.status) != TF_OK) NAPI_THROW_ERROR(env, "%s", TF_Message(status.status));
}

}  // namespace tfnodejs
