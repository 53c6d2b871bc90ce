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

/* What the two matrix products take at once: as many sums as the processor has registers for. */
#ifdef __AVX512F__
enum { LANES = 16, ROWS = 8, WIDE = 3 };
#else
enum { LANES = 8, ROWS = 4, WIDE = 3 };
#endif
typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
enum { UNITS = 8 };
typedef float Eight __attribute__((vector_size(4 * UNITS), aligned(4), may_alias));
typedef int Places __attribute__((vector_size(4 * UNITS)));
#define UNROLLED _Pragma("GCC unroll 16")
#define INLINE static inline __attribute__((always_inline))

typedef struct {
  const uint8_t *images;
  const int64_t *labels;
  const int64_t *places; /* of the digits to take */
  long count;            /* how many */
  long all;              /* how many there are to take from */
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

static long least(long a, long b) { return a < b ? a : b; }

static float dot(const float *restrict a, const float *restrict b, long count) {
  float sum = 0;
  for (long i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

static void add_scaled(float *restrict to, float factor, const float *restrict row, long count) {
  for (long i = 0; i < count; i++) to[i] += factor * row[i];
}

/* Ask for a digit's bytes before they are needed: in a shuffled order each is far from the last. */
static void prefetch(Digits from, long place) {
  const uint8_t *pixels = from.images + place * PIXELS;
  for (long j = 0; j < PIXELS; j += 64) __builtin_prefetch(pixels + j);
}

static void normalize(Digits from, long place, float *restrict out) {
  const uint8_t *restrict pixels = from.images + place * PIXELS;
  for (long j = 0; j < PIXELS; j++) out[j] = from.table[pixels[j]];
}

/* The sums of neighbours in `a`, and then of those in `b`. */
INLINE Eight folded(Eight a, Eight b) {
  return __builtin_shuffle(a, b, (Places){0, 2, 4, 6, 8, 10, 12, 14}) +
         __builtin_shuffle(a, b, (Places){1, 3, 5, 7, 9, 11, 13, 15});
}

/* A digit's sums over its pixels, for eight units of the hidden layer. */
static void eight_sums(const float *weight, const float *pixels, float *out) {
  Lanes sum[UNITS] = {0};
  Eight part[UNITS];
  for (long j = 0; j < PIXELS; j += LANES)
    UNROLLED for (int u = 0; u < UNITS; u++)
      sum[u] += *(const Lanes *)(weight + u * PIXELS + j) * *(const Lanes *)(pixels + j);
  UNROLLED for (int u = 0; u < UNITS; u++) {
    Eight parts[LANES / 8];
    memcpy(parts, &sum[u], sizeof parts);
    part[u] = parts[0];
    if (LANES > 8) part[u] += parts[LANES / 8 - 1];
  }
  UNROLLED for (int left = UNITS / 2; left > 0; left /= 2)
    UNROLLED for (int u = 0; u < left; u++) part[u] = folded(part[2 * u], part[2 * u + 1]);
  *(Eight *)out = part[0];
}

/* The hidden layer's sums, without biases, from its unit `first` on and before `end`. */
static void sums(Network net, long first, long end, const float *pixels, long digits, float *out) {
  for (; first < end; first += first + UNITS <= end ? UNITS : 1) {
    const float *weight = net.parameters + first * PIXELS;
    for (long d = 0; d < digits; d++)
      if (first + UNITS <= end)
        eight_sums(weight, pixels + d * PIXELS, out + d * net.hidden + first);
      else
        out[d * net.hidden + first] = dot(weight, pixels + d * PIXELS, PIXELS);
  }
}

/* The gradient of the weights of `rows` units at `wide` times LANES pixels, both constants: each
   digit's pixels times the unit's slope there, added to what is in `out` or put in its place. */
INLINE void tile_of_gradient(const int rows, const int wide, int add, const float *slope,
                             long hidden, const float *pixels, long digits, float *out) {
  Lanes sum[ROWS][WIDE], x[WIDE];
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int w = 0; w < wide; w++)
      sum[r][w] = add ? ((const Lanes *)(out + r * PIXELS))[w] : (Lanes){0};
  for (long d = 0; d < digits; d++, pixels += PIXELS, slope += hidden) {
    UNROLLED for (int w = 0; w < wide; w++) x[w] = ((const Lanes *)pixels)[w];
    UNROLLED for (int r = 0; r < rows; r++)
      UNROLLED for (int w = 0; w < wide; w++) sum[r][w] += slope[r] * x[w];
  }
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int w = 0; w < wide; w++) ((Lanes *)(out + r * PIXELS))[w] = sum[r][w];
}

/* The same at all pixels, for as many as ROWS units. */
static void gradient_of_units(long units, int add, const float *slope, long hidden,
                              const float *pixels, long digits, float *out) {
  long j = 0;
  for (; units == ROWS && j + LANES * WIDE <= PIXELS; j += LANES * WIDE)
    tile_of_gradient(ROWS, WIDE, add, slope, hidden, pixels + j, digits, out + j);
  for (; j < PIXELS; j += LANES)
    for (long u = 0; u < units; u++)
      tile_of_gradient(1, 1, add, slope + u, hidden, pixels + j, digits, out + u * PIXELS + j);
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
  for (long k = 0; k < CLASSES; k++) logits[k] *= 1 / sum;
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

long scratch_for_update(long hidden, long digits, int threads) {
  const long portion = least(digits, PORTION), several = digits > PORTION;
  return portion * (PIXELS + 2 * hidden) + threads * others(hidden) + several * hidden * PIXELS;
}

double update(Network net, Digits from, float *scratch, int threads) {
  for (long d = 0; d < from.count; d++)
    if (from.places[d] < 0 || from.places[d] >= from.all) return -1;
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
    for (long d = 0; d < digits; d++) {
      prefetch(from, from.places[first + least(d + 2, digits - 1)]);
      normalize(from, from.places[first + d], pixels + d * PIXELS);
    }
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
