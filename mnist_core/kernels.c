/* A whole update of the network in one call, and a whole pass without one.

   torch does the same in a dozen calls. For a mini-batch of a few digits those take longer than the
   arithmetic, for a large one each passes over memory anew; here the digits come in portions that
   stay in a core's cache, and the gradient of the hidden layer's weights goes into Adam's averages
   while it is there too. compiled.py builds this file and says what update() and evaluate() do.

   Arrays lie row by row, numbers are float32. Every sum is taken in an order that doesn't depend on
   how the threads happen to meet, so that a copied run goes on bit for bit. */

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { PIXELS = 784, CLASSES = 10, PORTION = 200 /* digits */ };
static const float SLOPE = 0.1f; /* LeakyReLU's, below zero */

/* The tiles of the two matrix products: as many sums as the processor has registers for. */
#ifdef __AVX512F__
enum { LANES = 16, UNITS = 8, DIGITS = 3, ROWS = 4, WIDE = 7 };
#else
enum { LANES = 8, UNITS = 4, DIGITS = 2, ROWS = 2, WIDE = 7 };
#endif
typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
#define UNROLLED _Pragma("GCC unroll 16")
#define INLINE static inline __attribute__((always_inline))

typedef struct {
  const uint8_t *images;
  const int64_t *labels;
  const int64_t *places; /* of the digits to take */
  long count;            /* how many */
  const float *table;    /* what each of the 256 bytes becomes by normalization */
} Digits;

typedef struct {
  float *parameters, *mean, *mean_square; /* Adam's averages of the gradient and of its square */
  float step, inverse_root; /* learning rate / (1 - 0.9^t); 1 / square root of 1 - 0.999^t */
  long hidden;
} Network;

/* Parameters behind the hidden layer's weights: its biases, the output layer's weights and
   biases. */
static long others(long hidden) { return hidden + CLASSES * hidden + CLASSES; }

static void adam(Network net, long first, long count, const float *restrict gradient) {
  float *restrict p = net.parameters + first;
  float *restrict m = net.mean + first;
  float *restrict v = net.mean_square + first;
  for (long i = 0; i < count; i++) {
    m[i] = 0.9f * m[i] + 0.1f * gradient[i];
    v[i] = 0.999f * v[i] + 0.001f * (gradient[i] * gradient[i]);
    p[i] -= net.step * m[i] / (sqrtf(v[i]) * net.inverse_root + 1e-8f);
  }
}

static float dot(const float *restrict a, const float *restrict b, long count) {
  float sum = 0;
  for (long i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

static void add_scaled(float *restrict to, float factor, const float *restrict row, long count) {
  for (long i = 0; i < count; i++) to[i] += factor * row[i];
}

static void normalize(Digits from, long place, float *restrict out) {
  const uint8_t *restrict pixels = from.images + place * PIXELS;
  for (long j = 0; j < PIXELS; j++) out[j] = from.table[pixels[j]];
}

/* Sums over the pixels: `units` of the hidden layer for `digits`, both constants. */
INLINE void tile_of_sums(const int units, const int digits, const float *weight,
                         const float *pixels, float *out, long hidden) {
  Lanes sum[UNITS][DIGITS];
  UNROLLED for (int u = 0; u < units; u++)
    UNROLLED for (int d = 0; d < digits; d++) sum[u][d] = (Lanes){0};
  for (long j = 0; j < PIXELS; j += LANES)
    UNROLLED for (int u = 0; u < units; u++) {
      const Lanes w = *(const Lanes *)(weight + u * PIXELS + j);
      UNROLLED for (int d = 0; d < digits; d++)
        sum[u][d] += w * *(const Lanes *)(pixels + d * PIXELS + j);
    }
  UNROLLED for (int u = 0; u < units; u++)
    UNROLLED for (int d = 0; d < digits; d++) {
      float total = 0;
      for (int lane = 0; lane < LANES; lane++) total += sum[u][d][lane];
      out[d * hidden + u] = total;
    }
}

/* The hidden layer's sums, without biases, from its unit `first` on and before `end`. */
static void sums(Network net, long first, long end, const float *pixels, long digits,
                 float *out) {
  const long hidden = net.hidden;
  for (; first + UNITS <= end; first += UNITS) {
    const float *weight = net.parameters + first * PIXELS;
    long d = 0;
    for (; d + DIGITS <= digits; d += DIGITS)
      tile_of_sums(UNITS, DIGITS, weight, pixels + d * PIXELS, out + d * hidden + first, hidden);
    for (; d < digits; d++)
      tile_of_sums(UNITS, 1, weight, pixels + d * PIXELS, out + d * hidden + first, hidden);
  }
  for (; first < end; first++)
    for (long d = 0; d < digits; d++)
      out[d * hidden + first] = dot(net.parameters + first * PIXELS, pixels + d * PIXELS, PIXELS);
}

/* The gradient of the weights of some units, `rows` of them, at LANES * WIDE pixels: each digit's
   pixels times the unit's slope there, added to what is in `out` or put in its place. */
INLINE void tile_of_gradient(const int rows, int add, const float *slope, long hidden,
                             const float *pixels, long digits, float *out) {
  Lanes sum[ROWS][WIDE];
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int w = 0; w < WIDE; w++)
      sum[r][w] = add ? ((const Lanes *)(out + r * PIXELS))[w] : (Lanes){0};
  for (long d = 0; d < digits; d++, pixels += PIXELS, slope += hidden)
    UNROLLED for (int w = 0; w < WIDE; w++) {
      const Lanes x = ((const Lanes *)pixels)[w];
      UNROLLED for (int r = 0; r < rows; r++) sum[r][w] += slope[r] * x;
    }
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int w = 0; w < WIDE; w++) ((Lanes *)(out + r * PIXELS))[w] = sum[r][w];
}

static void gradient_of_units(long units, int add, const float *slope, long hidden,
                              const float *pixels, long digits, float *out) {
  for (long j = 0; j < PIXELS; j += LANES * WIDE)
    if (units == ROWS)
      tile_of_gradient(ROWS, add, slope, hidden, pixels + j, digits, out + j);
    else
      for (long u = 0; u < units; u++)
        tile_of_gradient(1, add, slope + u, hidden, pixels + j, digits, out + u * PIXELS + j);
}

/* From the hidden layer's sums to what it gives, in place, and on to the ten logits. */
static void forward(Network net, float *restrict active, float *restrict logits) {
  const float *restrict hidden_bias = net.parameters + net.hidden * PIXELS;
  const float *weight = hidden_bias + net.hidden, *bias = weight + CLASSES * net.hidden;
  for (long i = 0; i < net.hidden; i++) {
    float before = active[i] + hidden_bias[i];
    active[i] = before > 0 ? before : SLOPE * before;
  }
  float sum[CLASSES] = {0};
#pragma omp simd reduction(+ : sum)
  for (long i = 0; i < net.hidden; i++)
    UNROLLED for (long k = 0; k < CLASSES; k++) sum[k] += weight[k * net.hidden + i] * active[i];
  for (long k = 0; k < CLASSES; k++) logits[k] = sum[k] + bias[k];
}

/* The label that the network would give: where several are highest, the first of them. */
static long first_highest(const float *logits) {
  long best = 0;
  for (long k = 1; k < CLASSES; k++)
    if (logits[k] > logits[best]) best = k;
  return best;
}

/* The logits become probabilities; returns the loss, minus the logarithm of the label's. */
static float softmax(float *restrict logits, long label) {
  float highest = -INFINITY, sum = 0;
  for (long k = 0; k < CLASSES; k++) highest = logits[k] > highest ? logits[k] : highest;
  const float below = highest - logits[label];
  for (long k = 0; k < CLASSES; k++) sum += logits[k] = expf(logits[k] - highest);
  for (long k = 0; k < CLASSES; k++) logits[k] /= sum;
  return logf(sum) + below;
}

/* Back from the slopes of the loss at the ten logits to those at the hidden layer's sums. The
   digit's part of the gradient of all but the hidden layer's weights is added to `gradient`. */
static void backward(Network net, const float *logit_slope, const float *restrict active,
                     float *restrict slope, float *restrict gradient) {
  const long hidden = net.hidden;
  const float *weight = net.parameters + hidden * (PIXELS + 1);
  float *weight_gradient = gradient + hidden, *bias_gradient = weight_gradient + CLASSES * hidden;
  for (long k = 0; k < CLASSES; k++) bias_gradient[k] += logit_slope[k];
#pragma omp simd
  for (long i = 0; i < hidden; i++) {
    float back = 0;
    UNROLLED for (long k = 0; k < CLASSES; k++) {
      back += logit_slope[k] * weight[k * hidden + i];
      weight_gradient[k * hidden + i] += logit_slope[k] * active[i];
    }
    slope[i] = active[i] > 0 ? back : SLOPE * back;
    gradient[i] += slope[i];
  }
}

static double learn(Network net, Digits from, long first, long end, float *active, float *slope,
                    float *gradient) {
  const float share = 1.0f / from.count;
  double loss = 0;
  for (long d = first; d < end; d++, active += net.hidden, slope += net.hidden) {
    const long label = from.labels[from.places[d]];
    float out[CLASSES];
    forward(net, active, out);
    loss += softmax(out, label);
    out[label] -= 1;
    for (long k = 0; k < CLASSES; k++) out[k] *= share;
    backward(net, out, active, slope, gradient);
  }
  return loss;
}

static long least(long a, long b) { return a < b ? a : b; }

long scratch_for_update(long hidden, long digits, int threads) {
  const long portion = least(digits, PORTION), several = digits > PORTION;
  return portion * (PIXELS + 2 * hidden) + threads * others(hidden) + several * hidden * PIXELS;
}

double update(Network net, Digits from, float *scratch, int threads) {
  const long hidden = net.hidden, portion = least(from.count, PORTION), count = others(hidden);
  float *pixels = scratch, *active = pixels + portion * PIXELS, *slope = active + portion * hidden;
  float *gradients = slope + portion * hidden, *weight_gradient = gradients + threads * count;
  double losses[threads];
  memset(gradients, 0, threads * count * sizeof(float));
  memset(losses, 0, sizeof losses);

#pragma omp parallel num_threads(threads)
  for (long first = 0; first < from.count; first += PORTION) {
    const long digits = least(PORTION, from.count - first);
    const int last = first + digits == from.count;
#pragma omp for schedule(static)
    for (long d = 0; d < digits; d++) normalize(from, from.places[first + d], pixels + d * PIXELS);
#pragma omp for schedule(static)
    for (int t = 0; t < threads; t++)
      sums(net, hidden * t / threads, hidden * (t + 1) / threads, pixels, digits, active);
#pragma omp for schedule(static)
    for (int t = 0; t < threads; t++) {
      const long begin = digits * t / threads, end = digits * (t + 1) / threads;
      losses[t] += learn(net, from, first + begin, first + end, active + begin * hidden,
                         slope + begin * hidden, gradients + t * count);
    }
#pragma omp for schedule(static)
    for (long i = 0; i < hidden; i += ROWS) {
      const long units = least(ROWS, hidden - i);
      float own[ROWS * PIXELS]; /* with but one portion, the gradient never leaves the cache */
      float *gradient = first == 0 && last ? own : weight_gradient + i * PIXELS;
      gradient_of_units(units, first > 0, slope + i, hidden, pixels, digits, gradient);
      if (last) adam(net, i * PIXELS, units * PIXELS, gradient);
    }
  }
  for (int t = 1; t < threads; t++) {
    add_scaled(gradients, 1, gradients + t * count, count);
    losses[0] += losses[t];
  }
  adam(net, hidden * PIXELS, count, gradients);
  return losses[0] / from.count;
}

/* The summed losses of the digits from `first` on and before `end`; counts those labelled right. */
static double examine(Network net, Digits from, long first, long end, float *pixels, float *active,
                      long *right) {
  double loss = 0;
  for (; first < end; first += PORTION) {
    const long digits = least(PORTION, end - first);
    for (long d = 0; d < digits; d++) normalize(from, first + d, pixels + d * PIXELS);
    sums(net, 0, net.hidden, pixels, digits, active);
    for (long d = 0; d < digits; d++) {
      float out[CLASSES];
      forward(net, active + d * net.hidden, out);
      *right += first_highest(out) == from.labels[first + d];
      loss += softmax(out, from.labels[first + d]);
    }
  }
  return loss;
}

long scratch_for_evaluate(long hidden, int threads) {
  return threads * PORTION * (PIXELS + hidden);
}

double evaluate(Network net, Digits from, float *scratch, long *right, int threads) {
  double losses[threads];
  long rights[threads];
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int t = 0; t < threads; t++) {
    float *pixels = scratch + scratch_for_evaluate(net.hidden, t);
    rights[t] = 0;
    losses[t] = examine(net, from, from.count * t / threads, from.count * (t + 1) / threads, pixels,
                        pixels + PORTION * PIXELS, &rights[t]);
  }
  *right = rights[0];
  for (int t = 1; t < threads; t++) {
    losses[0] += losses[t];
    *right += rights[t];
  }
  return losses[0];
}
