/**
 * A step of SGD with momentum in one pass over memory, in place: TensorFlow's own operations take seven, and as much
 * memory again as the largest layer. Included by tfjs_binding.cc, see binding-patch.mjs.
 */
#include "tensorflow/c/eager/c_api_experimental.h"

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tfnodejs {

/** As in TensorFlow's own threads: numbers too small for a whole mantissa are 0; some processors are slow with them. */
class WithoutDenormals {
 public:
#if defined(__x86_64__)
  WithoutDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }
  ~WithoutDenormals() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#elif defined(__aarch64__)
  WithoutDenormals() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" : : "r"(before_ | (1 << 24)));
  }
  ~WithoutDenormals() { asm volatile("msr fpcr, %0" : : "r"(before_)); }

 private:
  unsigned long before_;
#endif
};

/** As many elements are as soon done as a thread is begun. */
constexpr size_t MIN_PART = 1 << 16;

/** Each operation is rounded by itself, so that the bits are those of one operation after the other. */
static void MomentumPart(float *weight, float *velocity, const float *gradient, size_t begin, size_t end,
                         float momentum, float rate, float decay) {
  WithoutDenormals without_denormals;
  for (size_t i = begin; i < end; ++i) {
    float next = velocity[i] * momentum + gradient[i] * rate;
    if (decay != 0) next += weight[i] * decay;
    velocity[i] = next;
    weight[i] += next;
  }
}

static void MomentumStepOver(float *weight, float *velocity, const float *gradient, size_t count,
                             float momentum, float rate, float decay, size_t threads) {
  size_t parts = std::max<size_t>(1, std::min(threads, count / MIN_PART));
  std::vector<std::thread> others;
  for (size_t part = 1; part < parts; ++part)
    others.emplace_back(MomentumPart, weight, velocity, gradient, count * part / parts,
                        count * (part + 1) / parts, momentum, rate, decay);
  MomentumPart(weight, velocity, gradient, 0, count / parts, momentum, rate, decay);
  for (std::thread &other : others) other.join();
}

/** momentumStep(weightId, velocityId, gradientId, momentum, rate, decay, threads) */
static napi_value MomentumStep(napi_env env, napi_callback_info info) {
  size_t argc = 7;
  napi_value args[7];
  napi_value js_this;
  napi_status nstatus = napi_get_cb_info(env, info, &argc, args, &js_this, nullptr);
  ENSURE_NAPI_OK_RETVAL(env, nstatus, nullptr);
  double numbers[7] = {};
  for (size_t i = 0; i < 7; ++i) {
    nstatus = napi_get_value_double(env, args[i], &numbers[i]);
    ENSURE_NAPI_OK_RETVAL(env, nstatus, nullptr);
  }
  TFJSBackend *const backend = GetTFJSBackend(env);
  if (!backend) return nullptr;
  float *data[3] = {};
  int64_t counts[3] = {};
  TF_AutoStatus status;
  for (size_t i = 0; i < 3; ++i) {
    TFE_TensorHandle *handle = backend->Handle(static_cast<int32_t>(numbers[i]));
    if (!handle || TFE_TensorHandleDataType(handle) != TF_FLOAT) {
      NAPI_THROW_ERROR(env, "momentumStep() needs three float32 arrays");
      return nullptr;
    }
    counts[i] = TFE_TensorHandleNumElements(handle, status.status);
    ENSURE_TF_OK_RETVAL(env, status, nullptr);
    data[i] = static_cast<float *>(TFE_TensorHandleDevicePointer(handle, status.status));
    ENSURE_TF_OK_RETVAL(env, status, nullptr);
  }
  if (counts[0] != counts[1] || counts[0] != counts[2]) {
    NAPI_THROW_ERROR(env, "momentumStep() needs arrays of one size");
    return nullptr;
  }
  MomentumStepOver(data[0], data[1], data[2], static_cast<size_t>(counts[0]),
                   static_cast<float>(numbers[3]), static_cast<float>(numbers[4]),
                   static_cast<float>(numbers[5]), static_cast<size_t>(numbers[6]));
  return js_this;
}

}  // namespace tfnodejs
