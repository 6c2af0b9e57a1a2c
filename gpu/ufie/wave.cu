// Steps of a nine-dimensional wave in bricks: one thread a site, or a place of a chunk of bricks for the sums.
//
// Sites are counted through the bricks; a launch has rows of nx sites and ny rows. Expressions and their order are
// those of the CPU kernels (stencil.py, curved.py, step.py), so that every device gives the same bits; the sums of a
// chunk are added in the same order too. No atomics. Source: ufie.md, sections A to C.

#ifndef __CUDACC_RTC__
#include <cmath>
using std::log1p;
using std::sqrt;
#endif

typedef long long wide;
typedef REAL real;

#define ENDLESS (1.0 / 0.0)

enum { STEP, LOOK, VELOCITY, START, FORCE, LITERAL };
enum { FLAT, DIAGONAL, RANK1, FULL };

#define COLUMNS 14
#define CHUNK 64
#define TERMS 9

// Everything that belongs to the lattice and does not change from step to step.
struct Lattice {
    const int* beside;
    const int* near;
    const real* g;
    const int* mixed;
    int B, kind, count, width;
};

// Site s of a thread, or the end of the kernel beyond the last one.
#define SITE(sites) \
    const int x = blockIdx.x * blockDim.x + threadIdx.x; \
    const int y = blockIdx.y * blockDim.y + threadIdx.y; \
    if (x >= nx || y >= ny) return; \
    const wide site = (wide)y * nx + x; \
    if (site >= (wide)(sites)) return

__device__ inline real flat(const Lattice& L, const real* psi, wide b, int j, int s, real eighteen) {
    const int* n = L.beside + b * COLUMNS;
    const wide row = 2 * L.B;
    const real* p = psi + j + s;
    const real* here = psi + b * row + s;
    const real first = (p[n[0] * row] + p[n[1] * row]) + (p[n[2] * row] + p[n[3] * row]);
    const real second = (p[n[4] * row] + p[n[5] * row]) + (p[n[6] * row] + p[n[7] * row]);
    const real third = (p[n[8] * row] + p[n[9] * row]) + (p[n[10] * row] + p[n[11] * row]);
    const real along = here[L.near[L.B + j]] + here[L.near[j]];
    const real across = here[L.near[3 * L.B + j]] + here[L.near[2 * L.B + j]];
    const real fourth = along + across;
    return ((first + second) + (third + fourth)) + (p[n[12] * row] + p[n[13] * row]) - eighteen * here[j];
}

__device__ inline real diagonal_edges(const Lattice& L, const real* psi, wide b, int j, int s, real half) {
    const wide row = 2 * L.B;
    const real* p = psi + b * row + s;
    const real* g = L.g + b * L.width;
    const real here = p[j];
    const real up = p[L.near[j]], down = p[L.near[L.B + j]];
    const real right = p[L.near[2 * L.B + j]], left = p[L.near[3 * L.B + j]];
    real result = g[7] * ((up - here) + (down - here)) + g[8] * ((right - here) + (left - here));
    for (int c = 0; c < COLUMNS; c++) {
        const wide other = L.beside[b * COLUMNS + c];
        const real a = half * (g[c / 2] + L.g[other * L.width + c / 2]);
        result += a * (psi[other * row + j + s] - here);
    }
    return result;
}

__device__ inline real rank1_edges(const Lattice& L, const real* psi, wide b, int j, int s, real half) {
    const wide row = 2 * L.B;
    const int root = L.count * L.B;
    const real* p = psi + b * row + s;
    const real* g = L.g + b * L.width + root;
    real result = half - half;
    for (int c = 0; c < 4; c++) {
        const int other = L.near[c * L.B + j];
        const real a = half * (g[j] + g[other]);
        result += a * (p[other] - p[j]);
    }
    for (int c = 0; c < COLUMNS; c++) {
        const wide slot = L.beside[b * COLUMNS + c];
        const real a = half * (g[j] + L.g[slot * L.width + root + j]);
        result += a * (psi[slot * row + j + s] - p[j]);
    }
    return result;
}

// Divergence of the fluxes, added to result; a missing edge carries nothing.
__device__ inline real mixed_terms(
    const Lattice& L, const real* flux, wide b, int j, int s, real half, real result
) {
    const bool one = L.kind == RANK1;
    const wide row = one ? 2 * L.B : (wide)L.count * 2 * L.B;
    for (int i = 0; i < L.count; i++) {
        const int c = L.mixed[i];
        for (int side = 0; side < 2; side++) {
            const real sign = side == 0 ? half : -half;
            const wide slot = c < COLUMNS ? L.beside[b * COLUMNS + c + side] : b;
            if (c < COLUMNS && slot == b) continue;
            const int other = c < COLUMNS ? j : L.near[(c - COLUMNS + side) * L.B + j];
            if (one) {
                const real here = L.g[b * L.width + i * L.B + j];
                const real there = L.g[slot * L.width + i * L.B + other];
                result += sign * (there * flux[slot * row + other + s] + here * flux[b * row + j + s]);
            } else {
                const wide n = (wide)i * 2 * L.B;
                result += sign * (flux[slot * row + n + other + s] + flux[b * row + n + j + s]);
            }
        }
    }
    return result;
}

__device__ inline real laplacian(
    const Lattice& L, const real* psi, const real* flux, wide b, int j, int s, const real* numbers
) {
    const real half = numbers[7];
    if (L.kind == FLAT) return flat(L, psi, b, j, s, numbers[5]);
    if (L.kind == RANK1) return mixed_terms(L, flux, b, j, s, half, rank1_edges(L, psi, b, j, s, half));
    const real edges = diagonal_edges(L, psi, b, j, s, half);
    return L.kind == FULL ? mixed_terms(L, flux, b, j, s, half, edges) : edges;
}

__device__ inline real slope(const Lattice& L, const real* psi, wide b, int c, int j, int s, real half) {
    const wide row = 2 * L.B;
    if (c < COLUMNS) {
        const wide after = L.beside[b * COLUMNS + c], before = L.beside[b * COLUMNS + c + 1];
        return half * (psi[after * row + j + s] - psi[before * row + j + s]);
    }
    const real* p = psi + b * row + s;
    return half * (p[L.near[(c - COLUMNS) * L.B + j]] - p[L.near[(c - COLUMNS + 1) * L.B + j]]);
}

struct Complex { real r, i; };

// E of a site: the sum over the entries of its brick, and what is the same everywhere.
__device__ inline Complex driven(
    wide b, int j, int B, const wide* pointer, const int* who, const int* row, const real* factor,
    const real* table, const real* drive, int emitters
) {
    const real* imaginary = drive + emitters + 1;
    Complex field = {drive[emitters], imaginary[emitters]};
    for (wide n = pointer[b]; n < pointer[b + 1]; n++) {
        const real p = factor[n] * drive[who[n]], q = factor[n] * imaginary[who[n]];
        field.r += p * table[(wide)row[n] * B + j];
        field.i += q * table[(wide)row[n] * B + j];
    }
    return field;
}

// beta |psi|^2 / (1 + |psi|^2 / A_s^2) - m^2.
__device__ inline real pull(real square, const real* numbers) {
    return (numbers[2] * square) / (numbers[6] + numbers[4] * square) - numbers[3];
}

#define ARRAYS \
    const int *beside, const int *near, const real *g, const int *mixed, const real *loss, const real *rate, \
    const real *weight, const real *numbers, const wide *pointer, const int *who, const int *row, \
    const real *factor, const real *table, const real *drives, const int *clock
#define SIZES int B, int kind, int count, int width, int uniform, int emitters, int sites, int ny, int nx

extern "C" __global__ void fluxes(
    real* flux, const real* psi, const int* beside, const int* near, const real* g, const int* mixed,
    const real* numbers, int B, int kind, int count, int width, int sites, int ny, int nx
) {
    SITE(sites);
    const Lattice L = {beside, near, g, mixed, B, kind, count, width};
    const wide b = site / B;
    const int j = site % B;
    const real half = numbers[7];
    for (int s = 0; s < 2 * B; s += B) {
        if (kind == RANK1) {
            real sum = half - half;
            for (int i = 0; i < count; i++)
                sum += g[b * width + i * B + j] * slope(L, psi, b, mixed[i], j, s, half);
            flux[b * 2 * B + j + s] = sum * g[b * width + count * B + j];
        } else {
            const wide start = b * count * 2 * B;
            for (int k = 0; k < count; k++) {
                real sum = half - half;
                for (int i = 0; i < count; i++)
                    sum += g[b * width + 9 + k * count + i] * slope(L, psi, b, mixed[i], j, s, half);
                flux[start + (wide)k * 2 * B + j + s] = sum;
            }
        }
    }
}

extern "C" __global__ void wave_step(
    const real* psi, real* out, real* u, const real* flux, ARRAYS, int mode, SIZES
) {
    SITE(sites);
    const Lattice L = {beside, near, g, mixed, B, kind, count, width};
    const wide b = site / B;
    const int j = site % B;
    const wide re = b * 2 * B + j, im = re + B, m = uniform ? b : site;
    const real dt = numbers[0], half = numbers[1], one = numbers[6];
    const real e = loss[m], w = rate[m], pr = psi[re], pi = psi[im];
    const real* drive = drives + (wide)clock[0] * 2 * (emitters + 1);
    const Complex E = driven(b, j, B, pointer, who, row, factor, table, drive, emitters);
    real fr = w * laplacian(L, psi, flux, b, j, 0, numbers);
    real fi = w * laplacian(L, psi, flux, b, j, B, numbers);
    real s = pull(pr * pr + pi * pi, numbers);
    if (mode == LITERAL) {
        const real damped = sqrt(one - e), lr = fr + E.r, li = fi + E.i;
        const real vr = damped * u[re] + half * (lr + s * pr), vi = damped * u[im] + half * (li + s * pi);
        const real qr = pr + dt * vr, qi = pi + dt * vi;
        s = pull(qr * qr + qi * qi, numbers);
        u[re] = damped * (vr + half * (lr + s * qr));
        u[im] = damped * (vi + half * (li + s * qi));
        out[re] = qr;
        out[im] = qi;
        return;
    }
    fr = fr + s * pr;
    fi = fi + s * pi;
    if (mode == FORCE) {
        out[re] = fr;
        out[im] = fi;
        return;
    }
    fr += E.r;
    fi += E.i;
    if (mode == STEP) {
        const real gain = dt - half * e;
        const real ur = (u[re] - e * u[re]) + gain * fr, ui = (u[im] - e * u[im]) + gain * fi;
        u[re] = ur;
        u[im] = ui;
        out[re] = pr + dt * ur;
        out[im] = pi + dt * ui;
        return;
    }
    const real damped = sqrt(one - e);
    if (mode == VELOCITY) {
        out[re] = damped * (u[re] + half * fr);
        out[im] = damped * (u[im] + half * fi);
    } else {
        u[re] = u[re] / damped - half * fr;
        u[im] = u[im] / damped - half * fi;
    }
}

// Sums of the oracle over the bricks of a chunk, of one place in the brick: lanes (chunks, 9, B).
extern "C" __global__ void sums(
    double* lanes, const real* psi, const real* u, const real* flux, ARRAYS, int bricks, SIZES
) {
    SITE(sites);
    const Lattice L = {beside, near, g, mixed, B, kind, count, width};
    const wide chunk = site / B;
    const int j = site % B;
    const real half = numbers[1], ease = numbers[4], one = numbers[6], a_half = numbers[7];
    const real* drive = drives + (wide)clock[0] * 2 * (emitters + 1);
    double lane[TERMS] = {0, 0, 0, 0, 0, 0, 0, 0, 0};
    for (wide b = chunk * CHUNK; b < (chunk + 1) * CHUNK && b < bricks; b++) {
        const wide re = b * 2 * B + j, im = re + B, m = uniform ? b : b * B + j;
        const real e = loss[m], mu = weight[m], pr = psi[re], pi = psi[im];
        const real square = pr * pr + pi * pi, s = pull(square, numbers);
        const real fr = rate[m] * laplacian(L, psi, flux, b, j, 0, numbers) + s * pr;
        const real fi = rate[m] * laplacian(L, psi, flux, b, j, B, numbers) + s * pi;
        const Complex E = driven(b, j, B, pointer, who, row, factor, table, drive, emitters);
        const real hr = half * E.r, hi = half * E.i;
        const real vr = (u[re] + half * fr) + hr, vi = (u[im] + half * fi) + hi;
        const real kept = one - e, energy = (a_half * mu) * (vr * vr + vi * vi), lost = energy * e;
        const real near_by = mu * square;
        lane[0] += energy - lost;
        lane[1] += mu * ((s * square) - (pr * fr + pi * fi));
        lane[2] += near_by;
        lane[3] += near_by * square;
        lane[4] += mu * (fr * fr + fi * fi);
        lane[5] += mu * (hr * (vr - a_half * hr) + hi * (vi - a_half * hi));
        lane[6] += mu * (hr * (kept * vr + a_half * hr) + hi * (kept * vi + a_half * hi));
        lane[7] += -lost;
        lane[8] += lost * e - lost;
        if (ease != 0) {
            const real x = ease * square, two = one + one;
            const real value = x < numbers[8] ? square * square * (one - x * (numbers[9] - x * numbers[7]))
                                              : two / ease * (square - log1p(x) / ease);
            lane[3] += mu * (value - square * square);
        }
    }
    for (int term = 0; term < TERMS; term++) lanes[(chunk * TERMS + term) * B + j] = lane[term];
}

// Sums over the places, in pairs as the CPU adds them; a site is one term of a chunk. Goes to the step's row.
extern "C" __global__ void fold(
    double* totals, double* lanes, const int* clock, int B, int sites, int ny, int nx
) {
    SITE(sites);
    double* lane = lanes + site * B;
    for (int left = B; left > 1;) {
        const int kept = (left + 1) / 2;
        for (int j = 0; j < left - kept; j++) lane[j] += lane[j + kept];
        left = kept;
    }
    totals[(wide)clock[0] * sites + site] = lane[0];
}

// Goes on to the next row of drives and sums.
extern "C" __global__ void tick(int* clock, int ny, int nx) {
    SITE(1);
    clock[0] += 1;
}

// Goes back to the first row.
extern "C" __global__ void rewind_clock(int* clock, int ny, int nx) {
    SITE(1);
    clock[0] = 0;
}

// Writes rows of the table of neighbours; a site is an entry of a delta, which is a row and its 14 slots.
extern "C" __global__ void relink(int* beside, const int* deltas, int sites, int ny, int nx) {
    SITE(sites);
    const int* delta = deltas + (site / COLUMNS) * (COLUMNS + 1);
    beside[(wide)delta[0] * COLUMNS + site % COLUMNS] = delta[1 + site % COLUMNS];
}

// Largest |psi|^2 of the finite sites of each brick, and whether all is finite; a site is a brick.
extern "C" __global__ void tops(
    double* best, int* sound, const real* psi, const real* u, int B, int sites, int ny, int nx
) {
    SITE(sites);
    double top = 0.0;
    int good = 1;
    for (int j = 0; j < B; j++) {
        const wide re = site * 2 * B + j, im = re + B;
        const double p = psi[re], q = psi[im];
        const double square = p * p + q * q;
        const double a = u[re] < 0 ? -(double)u[re] : (double)u[re];
        const double c = u[im] < 0 ? -(double)u[im] : (double)u[im];
        if (!(square + (a + c) < ENDLESS)) good = 0;
        else if (square > top) top = square;
    }
    best[site] = top;
    sound[site] = good;
}

// Sum, or maximum, of the places of a brick that share a cell of a plane; a site is such a cell of a brick.
extern "C" __global__ void project(
    double* part, const real* field, const wide* start, const int* places, int B, int inner, int mode, int sites,
    int ny, int nx
) {
    SITE(sites);
    const wide b = site / inner;
    const int k = site % inner;
    double a = 0.0, d = 0.0;
    for (wide m = start[k]; m < start[k + 1]; m++) {
        const wide re = b * 2 * B + places[m];
        const double p = field[re], q = field[re + B];
        const double square = p * p + q * q;
        if (mode == 0) {
            if (!(square <= a)) a = square == square ? square : ENDLESS;
        } else if (mode == 1) {
            a += square;
        } else {
            a += p;
            d += q;
        }
    }
    part[site] = a;
    part[site + sites] = d;
}

// The same over the bricks of a cell of the plane, order[first[c]] to order[first[c + 1] - 1]; a site is a cell.
extern "C" __global__ void collect(
    double* totals, const double* part, const wide* first, const int* order, const int* outer, const int* place,
    int inner, int parts, int mode, int sites, int ny, int nx
) {
    SITE(sites);
    double a = 0.0, d = 0.0;
    for (wide n = first[outer[site]]; n < first[outer[site] + 1]; n++) {
        const wide from = (wide)order[n] * inner + place[site];
        if (mode == 0) {
            if (part[from] > a) a = part[from];
        } else {
            a += part[from];
            d += part[from + parts];
        }
    }
    totals[site] = a;
    totals[site + sites] = d;
}
