// One step of charges on a torus: the coupled equations of rho, phi and I, and two species by Scharfetter and Gummel.
//
// One thread a site, arrays [ny, nx]. Expressions and their order are those of the CPU kernels (drift.py, plasma.py),
// whose numbers these are bit for bit. Source: charge-and-gauge.md.

#ifndef __CUDACC_RTC__
#include <cmath>
using std::fabs;
using std::fma;
using std::rint;
using std::scalbn;
#endif

// Site of a thread, or nothing beyond the last one.
#define SITE \
    const int x = blockIdx.x * blockDim.x + threadIdx.x; \
    const int y = blockIdx.y * blockDim.y + threadIdx.y; \
    if (x >= nx || y >= ny) return; \
    const long long i = (long long)y * nx + x

// Number of the site dy rows up and dx columns to the right, at most two away.
__device__ inline long long at(int y, int x, int dy, int dx, int ny, int nx) {
    return (long long)((y + dy + 2 * ny) % ny) * nx + (x + dx + 2 * nx) % nx;
}

__device__ inline double share(int scheme, double r, double near, double here, double next, double far) {
    if (scheme == 0) return near * (far - here);
    const double rise = next - here;
    return scheme == 1 ? 0.5 * (r + near) * rise : (rise < 0.0 ? r : near) * rise;
}

// A step reads the flag of the one before it and writes its own: once a site ran away, no later step does anything, so
// the arrays of the last good step stay.
extern "C" __global__ void drift(
    const double* rho, const double* phi, const double* intent, double* rho2, double* phi2, double* intent2,
    const unsigned char* held, int* flags, int step, int scheme, int relaxes, double dt, double g, double alpha,
    double nu, double D, double lam, double beta, double gamma, double limit, int ny, int nx
) {
    SITE;
    if (flags[step]) {
        flags[step + 1] = 1;
        return;
    }
    const long long e = at(y, x, 0, 1, ny, nx), w = at(y, x, 0, -1, ny, nx);
    const long long n = at(y, x, 1, 0, ny, nx), s = at(y, x, -1, 0, ny, nx);
    const long long ee = at(y, x, 0, 2, ny, nx), ww = at(y, x, 0, -2, ny, nx);
    const long long nn = at(y, x, 2, 0, ny, nx), ss = at(y, x, -2, 0, ny, nx);
    const double r = rho[i], f = phi[i], c = intent[i];
    const double re = rho[e], rw = rho[w], rn = rho[n], rs = rho[s];
    const double fe = phi[e], fw = phi[w], fn = phi[n], fs = phi[s];
    const double moved = (share(scheme, r, re, f, fe, phi[ee]) + share(scheme, r, rw, f, fw, phi[ww])) +
                         (share(scheme, r, rn, f, fn, phi[nn]) + share(scheme, r, rs, f, fs, phi[ss]));
    const double spread = ((re + rw) + (rn + rs)) - 4.0 * r;
    double after = r + dt * ((g * moved - lam * r) + D * spread);
    after = held[i] != 0 ? r : after;
    const double bend = ((intent[e] + intent[w]) + (intent[n] + intent[s])) - 4.0 * c;
    const double curve = ((fe + fw) + (fn + fs)) - 4.0 * f;
    rho2[i] = after;
    phi2[i] = f + dt * ((alpha * bend + nu * curve) - beta * r);
    intent2[i] = relaxes ? c + dt * (gamma * (after * after - c)) : c;
    if (!(fabs(after) <= limit)) flags[step + 1] = 1;
}

// x / (e^x - 1) for x >= 0.
__device__ inline double bernoulli(double x) {
    const double within = x > 700.0 ? 700.0 : x;
    const double k = rint(within * 1.4426950408889634);
    const double r = fma(-k, 1.90821492927058770002e-10, fma(-k, 6.93147180369123816490e-01, within));
    double s = fma(r, 1.6059043836821613e-10, 2.08767569878681e-09);
    s = fma(r, fma(r, s, 2.505210838544172e-08), 2.755731922398589e-07);
    s = fma(r, fma(r, s, 2.7557319223985893e-06), 2.48015873015873e-05);
    s = fma(r, fma(r, s, 1.984126984126984e-04), 1.388888888888889e-03);
    s = fma(r, fma(r, s, 8.333333333333333e-03), 4.1666666666666664e-02);
    s = fma(r, fma(r, s, 1.6666666666666666e-01), 0.5);
    const double grown = fma(r * r, s, r), power = scalbn(1.0, (int)k);
    const double rest = fma(power, grown, power - 1.0);
    return x > 1e-300 ? x / rest : 1.0;
}

struct Pair { double p, n; };

__device__ inline Pair face(double p, double p_next, double n, double n_next, double rise) {
    const double size = fabs(rise), low = bernoulli(size), high = low + size;
    const double ahead = rise < 0.0 ? high : low, back = rise < 0.0 ? low : high;
    return {ahead * p - back * p_next, back * n - ahead * n_next};
}

extern "C" __global__ void faces(
    const double* p, const double* n, const double* phi, double* px, double* py, double* qx, double* qy,
    double inverse_t, int ny, int nx
) {
    SITE;
    const long long e = at(y, x, 0, 1, ny, nx), u = at(y, x, 1, 0, ny, nx);
    const Pair east = face(p[i], p[e], n[i], n[e], (phi[e] - phi[i]) * inverse_t);
    const Pair north = face(p[i], p[u], n[i], n[u], (phi[u] - phi[i]) * inverse_t);
    px[i] = east.p;
    qx[i] = east.n;
    py[i] = north.p;
    qy[i] = north.n;
}

extern "C" __global__ void gather(
    double* p, double* n, const double* px, const double* py, const double* qx, const double* qy, double step,
    int ny, int nx
) {
    SITE;
    const long long w = at(y, x, 0, -1, ny, nx), s = at(y, x, -1, 0, ny, nx);
    p[i] -= step * ((px[i] - px[w]) + (py[i] - py[s]));
    n[i] -= step * ((qx[i] - qx[w]) + (qy[i] - qy[s]));
}
