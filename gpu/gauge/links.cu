// Updates of a compact U(1) lattice: staples, overrelaxation, heat bath, Metropolis, plaquettes.
//
// One thread a site of one parity: rows of nx = w sites, ny = R rows; arrays ur, ui hold (D, 2, R, w) links, without the
// edges that the CPU's rows have. Expressions and their order are those of the CPU kernels (staples.py, updates.py),
// products and sums are fused where those say so, random numbers have the same addresses: the same bits. Links of one
// direction and parity share no plaquette, so threads never wait for one another. Source: charge-and-gauge.md.

#ifndef __CUDACC_RTC__
#include <cmath>
#include <cstring>
using std::fma;
using std::rint;
using std::sqrt;
#endif

typedef unsigned int word;
typedef unsigned long long wide;

struct Pair { double x, y; };

#define LEAST 1e-20
#define MOST_TRIALS 65536
#define HALF_PI 1.5707963267948966

// Site of a thread, or out beyond the last one.
#define SITE \
    const int x = blockIdx.x * blockDim.x + threadIdx.x; \
    const int y = blockIdx.y * blockDim.y + threadIdx.y; \
    if (x >= nx || y >= ny) return; \
    const long long i = (long long)y * nx + x

// Place of a link: direction, parity, row, column; columns wrap around.
#define AT(d, q, r, k) ((((long long)(d) * 2 + (q)) * ny + (r)) * nx + ((k) + nx) % nx)

__device__ inline Pair times(double a, double b, double c, double d) {
    return {fma(a, c, -(b * d)), fma(a, d, b * c)};
}

__device__ inline Pair times_conj(double a, double b, double c, double d) {
    return {fma(a, c, b * d), fma(b, c, -(a * d))};
}

extern "C" __global__ void staples(
    double* ar, double* ai, const double* ur, const double* ui, const long long* up, const long long* down,
    const long long* parity, int mu, int p, int axes, int ny, int nx
) {
    SITE;
    const int q = 1 - p, last = axes - 1, s = ((int)parity[y] + p) & 1, ahead = mu == last ? s : 0;
    double re = 0.0, im = 0.0;
    for (int nu = 0; nu < axes; nu++) {
        if (nu == mu) continue;
        const int forth = nu == last ? s : 0, back = nu == last ? 1 - s : 0;
        const long long a = up[mu * ny + y], b = up[nu * ny + y], c = down[nu * ny + y], e = down[nu * ny + a];
        const long long far = AT(nu, q, a, x + ahead), over = AT(mu, q, b, x + forth), at = AT(nu, p, y, x);
        const long long side = AT(nu, q, c, x - back), under = AT(mu, q, c, x - back);
        const long long corner = AT(nu, p, e, x + ahead - back);
        Pair v = times_conj(ur[far], ui[far], ur[over], ui[over]);
        v = times_conj(v.x, v.y, ur[at], ui[at]);
        Pair w = times_conj(ur[side], ui[side], ur[under], ui[under]);
        w = times_conj(w.x, w.y, ur[corner], ui[corner]);
        re += v.x + w.x;
        im += v.y + w.y;
    }
    ar[i] = re;
    ai[i] = im;
}

// Sum over the planes and both parities of the plaquettes of column x in row y.
extern "C" __global__ void plaquettes(
    double* sums, const double* ur, const double* ui, const long long* up, const long long* parity, int axes, int ny,
    int nx
) {
    SITE;
    const int last = axes - 1;
    double total = 0.0;
    for (int p = 0; p < 2; p++) {
        const int q = 1 - p, s = ((int)parity[y] + p) & 1;
        double sum = 0.0;
        for (int mu = 0; mu < last; mu++) {
            for (int nu = mu + 1; nu < axes; nu++) {
                const long long first = AT(mu, p, y, x), second = AT(nu, q, up[mu * ny + y], x);
                const long long third = AT(nu, p, y, x);
                const long long fourth = AT(mu, q, up[nu * ny + y], x + (nu == last ? s : 0));
                const Pair v = times(ur[first], ui[first], ur[second], ui[second]);
                const Pair w = times(ur[third], ui[third], ur[fourth], ui[fourth]);
                sum += fma(v.x, w.x, v.y * w.y);
            }
        }
        total += sum;
    }
    sums[i] = total;
}

extern "C" __global__ void relax(
    const double* ar, const double* ai, double* ur, double* ui, int mu, int p, int ny, int nx
) {
    SITE;
    const long long at = AT(mu, p, y, x);
    const double a = ar[i], b = ai[i], u = ur[at], v = ui[at], square = fma(a, a, b * b);
    if (!(square > LEAST)) return;
    const double mend = fma(fma(u, u, v * v), -0.5, 1.5) / square;
    Pair t = times(a, -b, a, -b);
    t = times_conj(t.x, t.y, u, v);
    ur[at] = t.x * mend;
    ui[at] = t.y * mend;
}

__device__ inline long long bits_of(double x) {
    long long bits;
    memcpy(&bits, &x, 8);
    return bits;
}

__device__ inline double number_of(long long bits) {
    double x;
    memcpy(&x, &bits, 8);
    return x;
}

// Polynomials of fdlibm, see elementary.py: Developed at SunSoft, a Sun Microsystems, Inc. business. Permission to
// use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
__device__ inline double logarithm(double x) {
    const long long root_half = 0x3FE6A09E00000000LL;
    const long long bits = bits_of(x) + (0x3FF0000000000000LL - root_half);
    const double k = (double)((bits >> 52) - 0x3FF);
    const double f = number_of((bits & 0x000FFFFFFFFFFFFFLL) + root_half) - 1.0;
    const double s = f / (2.0 + f), z = s * s, w = z * z;
    const double even =
        w * fma(w, fma(w, 1.531383769920937332e-01, 2.222219843214978396e-01), 3.999999999940941908e-01);
    double odd = fma(w, 1.479819860511658591e-01, 1.818357216161805012e-01);
    odd = z * fma(w, fma(w, odd, 2.857142874366239149e-01), 6.666666666666735130e-01);
    const double half = 0.5 * f * f;
    return k * 6.93147180369123816490e-01 -
           ((half - (s * (half + (odd + even)) + k * 1.90821492927058770002e-10)) - f);
}

// Cosine of 2 pi times a number in [0, 1).
__device__ inline double cosine_of_turns(double turns) {
    const double quarters = rint(4.0 * turns), x = (4.0 * turns - quarters) * HALF_PI, z = x * x;
    double s = fma(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08);
    s = fma(z, fma(z, s, 2.75573137070700676789e-06), -1.98412698298579493134e-04);
    s = fma(z, fma(z, s, 8.33333333332248946124e-03), -1.66666666666666324348e-01);
    double c = fma(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09);
    c = fma(z, fma(z, c, -2.75573143513906633035e-07), 2.48015872894767294178e-05);
    c = fma(z, fma(z, c, -1.38888888888741095749e-03), 4.16666666666666019037e-02);
    const double half = 0.5 * z, top = 1.0 - half;
    const double sine = fma(x * z, s, x), cosine = top + (((1.0 - top) - half) + z * z * c);
    const long long whole = (long long)quarters;
    const double b = (whole & 1) ? sine : cosine;
    return ((whole + 1) & 2) ? -b : b;
}

struct Words { word c[4]; };

// Philox4x32-10, see philox.py.
__device__ inline Words philox(word c0, word c1, word c2, word c3, word k0, word k1) {
    for (int turn = 0; turn < 10; turn++) {
        if (turn > 0) {
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        const wide first = (wide)0xD2511F53u * c0, second = (wide)0xCD9E8D57u * c2;
        c0 = (word)(second >> 32) ^ c1 ^ k0;
        c1 = (word)second;
        c2 = (word)(first >> 32) ^ c3 ^ k1;
        c3 = (word)first;
    }
    return {{c0, c1, c2, c3}};
}

__device__ inline double uniform(const Words& w) {
    return ((double)(w.c[0] >> 5) * 67108864.0 + (double)(w.c[1] >> 6)) * 0x1p-53;
}

__device__ inline double share(word w) { return ((double)w + 0.5) * 0x1p-32; }

// Public number of the link of a thread.
#define LINK (word)((long long)mu * 2 * ny * nx + 2 * i + (((int)parity[y] + p) & 1))

extern "C" __global__ void heat_bath(
    int* counts, const double* ar, const double* ai, double* ur, double* ui, const long long* parity, double beta,
    int mu, int p, int k0, int k1, int c1, int c2, int c3, int ny, int nx
) {
    SITE;
    double a = ar[i], b = ai[i];
    const double square = fma(a, a, b * b);
    const bool some = square > LEAST;
    const double length = some ? sqrt(square) : 0.0, inverse = some ? 1.0 / length : 0.0;
    a = some ? a * inverse : 1.0;
    b = -(b * inverse);
    const double kappa = length * beta;
    const double tau = 1.0 + sqrt(fma(4.0 * kappa, kappa, 1.0)), head = tau + sqrt(2.0 * tau);
    const double rho = 2.0 * kappa / head, envelope = fma(rho, rho, 1.0), level = 0.25 * envelope * head;
    const word link = LINK;
    for (int trial = 0; trial < MOST_TRIALS; trial++) {
        const Words w = philox(link, (word)c1 | (word)trial << 16, (word)c2, (word)c3, (word)k0, (word)k1);
        const double z = cosine_of_turns(0.5 * uniform(w));
        double f = fma(envelope, z, 2.0 * rho) / fma(2.0 * rho, z, envelope);
        f = f > 1.0 ? 1.0 : f;
        f = f < -1.0 ? -1.0 : f;
        const double c = fma(-kappa, f, level);
        if (logarithm(c / share(w.c[2])) + (1.0 - c) >= 0.0) {
            const double sine = sqrt((1.0 - f) * (1.0 + f));
            const Pair t = times(f, (w.c[3] & 1u) ? -sine : sine, a, b);
            ur[AT(mu, p, y, x)] = t.x;
            ui[AT(mu, p, y, x)] = t.y;
            counts[i] = trial + 1;
            return;
        }
    }
    ur[AT(mu, p, y, x)] = a;
    ui[AT(mu, p, y, x)] = b;
    counts[i] = MOST_TRIALS;
}

extern "C" __global__ void metropolis(
    int* counts, const double* ar, const double* ai, double* ur, double* ui, const long long* parity, double beta,
    double delta, int mu, int p, int k0, int k1, int c1, int c2, int c3, int ny, int nx
) {
    SITE;
    const long long at = AT(mu, p, y, x);
    const Words w = philox(LINK, (word)c1, (word)c2, (word)c3, (word)k0, (word)k1);
    const double t = delta * fma(2.0, uniform(w), -1.0), square = t * t, inverse = 1.0 / (1.0 + square);
    const double u = ur[at], v = ui[at];
    const Pair n = times(u, v, (1.0 - square) * inverse, 2.0 * t * inverse);
    const double gain = beta * fma(n.x - u, ar[i], -((n.y - v) * ai[i]));
    const bool good = logarithm(share(w.c[2])) < gain;
    counts[i] = good ? 1 : 0;
    if (!good) return;
    const double mend = fma(fma(n.x, n.x, n.y * n.y), -0.5, 1.5);
    ur[at] = n.x * mend;
    ui[at] = n.y * mend;
}
