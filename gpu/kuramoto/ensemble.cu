// One step of an ensemble of phase oscillators: Lawson's Runge-Kutta of order 4 and Strang's splitting.
//
// One thread a site; oscillators lie in rows of nx = N sites (ny = 1), lanes of sums in rows of nx lanes, one row a
// cluster. Expressions and their order are those of the CPU kernels (stages.py, narrow.py, strang.py, noise.py),
// products and sums are fused where those say so; only the order of the sums over a cluster is another. No atomics:
// the same device and the same lanes always give the same bits. Source: kuramoto.md.

#ifndef __CUDACC_RTC__
#include <cmath>
#include <cstring>
using std::fma;
using std::hypot;
using std::rint;
using std::sqrt;
using std::tanh;
#endif

typedef unsigned int word;
typedef unsigned long long wide;

struct Pair { double x, y; };

__device__ inline Pair turned(double p, double q, double x, double y) {
    return {fma(p, x, -(q * y)), fma(p, y, q * x)};
}

__device__ inline Pair pushed(double yr, double yi, double sr, double si, double ar, double ai) {
    const double square = fma(sr, sr, -(si * si)), half = sr * si;
    return {fma(-2.0 * ai, half, fma(-ar, square, yr + ar)), fma(-2.0 * ar, half, fma(ai, square, yi + ai))};
}

// Site of a thread, or false beyond the last one.
#define SITE \
    const int x = blockIdx.x * blockDim.x + threadIdx.x; \
    const int y = blockIdx.y * blockDim.y + threadIdx.y; \
    if (x >= nx || y >= ny) return; \
    const long long i = (long long)y * nx + x

extern "C" __global__ void stage2(
    double* zr, double* zi, const double* rr, const double* ri, double* sr, double* si, const double* ar,
    const double* ai, const int* cluster, int ny, int nx
) {
    SITE;
    const double p = rr[i], q = ri[i], a = ar[cluster[i]], b = ai[cluster[i]];
    const Pair turn = turned(p, q, zr[i], zi[i]);
    const Pair n = pushed(0.0, 0.0, zr[i], zi[i], a, b);
    zr[i] = turn.x;
    zi[i] = turn.y;
    sr[i] = fma(p, n.x, fma(-q, n.y, turn.x));
    si[i] = fma(p, n.y, fma(q, n.x, turn.y));
}

extern "C" __global__ void stage3(
    const double* zr, const double* zi, double* sr, double* si, double* gr, double* gi, const double* ar,
    const double* ai, const int* cluster, int ny, int nx
) {
    SITE;
    const Pair t = pushed(zr[i], zi[i], sr[i], si[i], ar[cluster[i]], ai[cluster[i]]);
    gr[i] = fma(2.0, t.x, sr[i] - zr[i]);
    gi[i] = fma(2.0, t.y, si[i] - zi[i]);
    sr[i] = t.x;
    si[i] = t.y;
}

extern "C" __global__ void stage4(
    const double* zr, const double* zi, const double* rr, const double* ri, double* sr, double* si,
    const double* ar, const double* ai, const int* cluster, int ny, int nx
) {
    SITE;
    const double a = ar[cluster[i]], b = ai[cluster[i]];
    const Pair u = pushed(zr[i], zi[i], sr[i], si[i], 2.0 * a, 2.0 * b);
    const Pair t = turned(rr[i], ri[i], u.x, u.y);
    sr[i] = t.x;
    si[i] = t.y;
}

extern "C" __global__ void stage5(
    double* zr, double* zi, const double* rr, const double* ri, const double* sr, const double* si,
    const double* gr, const double* gi, const double* ar, const double* ai, const double* moving,
    const int* cluster, int ny, int nx
) {
    SITE;
    const double p = rr[i], q = ri[i];
    Pair e = pushed(sr[i], si[i], sr[i], si[i], ar[cluster[i]], ai[cluster[i]]);
    e = {fma(p, gr[i], fma(-q, gi[i], e.x)), fma(p, gi[i], fma(q, gr[i], e.y))};
    const double w = fma(fma(e.x, e.x, e.y * e.y), -1.0 / 54.0, 0.5);
    // Frozen ones were turned by r = 1, so they still hold every bit.
    if (moving[i] > 0.0) {
        zr[i] = e.x * w;
        zi[i] = e.y * w;
    }
}

extern "C" __global__ void strang_ahead(
    const double* zr, const double* zi, const double* rr, const double* ri, double* sr, double* si, int ny, int nx
) {
    SITE;
    const Pair t = turned(rr[i], ri[i], zr[i], zi[i]);
    sr[i] = t.x;
    si[i] = t.y;
}

extern "C" __global__ void strang_step(
    double* zr, double* zi, const double* rr, const double* ri, double* sr, double* si, const double* ar,
    const double* ai, const double* moving, const int* cluster, int ny, int nx
) {
    SITE;
    if (!(moving[i] > 0.0)) return;
    const double p = rr[i], q = ri[i], a = sr[i], b = si[i];
    const double wr = a + ar[cluster[i]], wi = b + ai[cluster[i]];
    const double vr = fma(wr, wr, -(wi * wi)), vi = 2.0 * (wr * wi);
    const double mend = fma(fma(a, a, b * b), -0.5, 1.5) / fma(wr, wr, wi * wi);
    Pair t = turned(a * mend, -(b * mend), vr, vi);
    t = turned(p, q, t.x, t.y);
    zr[i] = t.x;
    zi[i] = t.y;
    t = turned(p, q, t.x, t.y);
    sr[i] = t.x;
    si[i] = t.y;
}

// Lane x of cluster y: the sum of every nx-th oscillator, of z or of z^2.
extern "C" __global__ void lanes(
    double* lr, double* li, const double* sr, const double* si, const long long* offsets, int square, int ny, int nx
) {
    SITE;
    double a = 0.0, b = 0.0;
    for (long long k = offsets[y] + x; k < offsets[y + 1]; k += nx) {
        const double u = sr[k], v = si[k];
        a += square ? fma(u, u, -(v * v)) : u;
        b += square ? 2.0 * (u * v) : v;
    }
    lr[i] = a;
    li[i] = b;
}

// Mean of cluster x from its lanes, each group of them summed in order by one thread of `fold` before.
extern "C" __global__ void fold(double* fr, double* fi, const double* lr, const double* li, int count, int ny, int nx) {
    SITE;
    double a = 0.0, b = 0.0;
    for (int k = 0; k < count; k++) {
        a += lr[i * count + k];
        b += li[i * count + k];
    }
    fr[i] = a;
    fi[i] = b;
}

// Scaled H of cluster x: lag g W Z + m F, with W as compressed rows and Z from the sums of all oscillators.
extern "C" __global__ void act(
    double* hr, double* hi, const double* fr, const double* fi, const long long* offsets, const long long* starts,
    const int* columns, const double* values, const double* mask, const double* moves, double p, double q,
    double u, double v, int ny, int nx
) {
    SITE;
    double a = 0.0, b = 0.0;
    for (long long e = starts[x]; e < starts[x + 1]; e++) {
        const int d = columns[e];
        const double size = (double)(offsets[d + 1] - offsets[d]);
        a = fma(values[e], fr[d] / size, a);
        b = fma(values[e], fi[d] / size, b);
    }
    const double m = moves[x];
    hr[i] = m * fma(mask[x], u, fma(p, a, -(q * b)));
    hi[i] = m * fma(mask[x], v, fma(p, b, q * a));
}

// Sums of all oscillators half way through Strang's map, of h H / 4 at its start.
extern "C" __global__ void strang_middle(
    double* mr, double* mi, const double* fr, const double* fi, const double* f2r, const double* f2i,
    const double* hr, const double* hi, const long long* offsets, int ny, int nx
) {
    SITE;
    const double size = (double)(offsets[x + 1] - offsets[x]);
    const double a = hr[i], b = hi[i], u = f2r[i] / size, v = f2i[i] / size;
    mr[i] = fr[i] + size * (a - fma(a, u, b * v));
    mi[i] = fi[i] + size * (b - fma(a, v, -(b * u)));
}

// h H / 4 to u = tanh(|H| h / 2) H / |H|.
extern "C" __global__ void strang_pole(double* hr, double* hi, int ny, int nx) {
    SITE;
    const double strength = hypot(hr[i], hi[i]);
    const double factor = strength > 1e-150 ? tanh(2.0 * strength) / strength : 2.0;
    hr[i] *= factor;
    hi[i] *= factor;
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

__device__ inline Pair quarters_on(double quarters, double x) {
    const double z = x * x;
    double s = fma(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08);
    s = fma(z, fma(z, s, 2.75573137070700676789e-06), -1.98412698298579493134e-04);
    s = fma(z, fma(z, s, 8.33333333332248946124e-03), -1.66666666666666324348e-01);
    double c = fma(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09);
    c = fma(z, fma(z, c, -2.75573143513906633035e-07), 2.48015872894767294178e-05);
    c = fma(z, fma(z, c, -1.38888888888741095749e-03), 4.16666666666666019037e-02);
    const double half = 0.5 * z, top = 1.0 - half;
    const double sine = fma(x * z, s, x), cosine = top + (((1.0 - top) - half) + z * z * c);
    const long long whole = (long long)quarters;
    const double a = (whole & 1) ? cosine : sine, b = (whole & 1) ? sine : cosine;
    return {(whole & 2) ? -a : a, ((whole + 1) & 2) ? -b : b};
}

#define HALF_PI 1.5707963267948966

// Noise: every phasor is turned by amplitude times a normal number of Philox4x32-10, see philox.py.
extern "C" __global__ void jolt(
    double* zr, double* zi, const double* moving, double amplitude, int k0, int k1, int c1, int c2, int c3, int ny,
    int nx
) {
    SITE;
    word c[4] = {(word)(i >> 1), (word)c1, (word)c2, (word)c3}, key[2] = {(word)k0, (word)k1};
    for (int turn = 0; turn < 10; turn++) {
        if (turn > 0) {
            key[0] += 0x9E3779B9u;
            key[1] += 0xBB67AE85u;
        }
        const wide first = (wide)0xD2511F53u * c[0], second = (wide)0xCD9E8D57u * c[2];
        const word high0 = (word)(first >> 32), high1 = (word)(second >> 32);
        c[0] = high1 ^ c[1] ^ key[0];
        c[1] = (word)second;
        c[2] = high0 ^ c[3] ^ key[1];
        c[3] = (word)first;
    }
    const double u = ((double)(c[0] >> 5) * 67108864.0 + (double)(c[1] >> 6)) * 0x1p-53;
    const double v = ((double)(c[2] >> 5) * 67108864.0 + (double)(c[3] >> 6)) * 0x1p-53;
    const double radius = sqrt(-2.0 * logarithm(1.0 - u)), quarters = rint(4.0 * v);
    const Pair turn = quarters_on(quarters, (4.0 * v - quarters) * HALF_PI);
    const double angle = amplitude * moving[i] * (radius * ((i & 1) ? turn.x : turn.y));
    const double n = rint(angle * (1.0 / HALF_PI));
    const double rest = fma(-n, -1.4973849048591833e-33, fma(-n, 6.123233995736766e-17, fma(-n, HALF_PI, angle)));
    const Pair kick = quarters_on(n, rest);
    const Pair t = turned(kick.y, kick.x, zr[i], zi[i]);
    zr[i] = t.x;
    zi[i] = t.y;
}
