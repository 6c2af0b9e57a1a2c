// One tick of the relaying rules of the gravity lattice: airtime, its fluid limit, and airtime in whole units.
//
// One thread a site, arrays [ny, nx] without halo. The order of additions is that of the CPU kernels and of
// the NumPy reference, so that all three agree bit for bit. Source: gravity.md, "The engine rule, in full".
//
// Compile with -DREAL=float or double, -DRULE=0 (airtime) or 1 (fluid), -DMOORE=0 or 1; with -DUNITS the
// state is int32 in units of 2^-22 bit.

#define ABSORBING 0
#define REFLECTIVE 1
#define PERIODIC 2

// Index of a neighbour, or -1 where the edge swallows everything.
__device__ inline long long at(int y, int x, int ny, int nx, int edge) {
    if (edge == PERIODIC) {
        y = y < 0 ? y + ny : (y >= ny ? y - ny : y);
        x = x < 0 ? x + nx : (x >= nx ? x - nx : x);
    } else if (edge == REFLECTIVE) {
        y = y < 0 ? 0 : (y >= ny ? ny - 1 : y);
        x = x < 0 ? 0 : (x >= nx ? nx - 1 : x);
    } else if (y < 0 || y >= ny || x < 0 || x >= nx) {
        return -1;
    }
    return (long long)y * nx + x;
}

template <typename Number>
__device__ inline Number sent_at(const Number* E, int y, int x, int ny, int nx, int edge) {
    const long long i = at(y, x, ny, nx, edge);
    return i < 0 ? Number(0) : E[i];
}

#ifdef UNITS

#define LOSS_BITS 20

// E holds what was sent in parts: a quarter of it, or a twentieth with Moore neighbours. Of what arrives,
// floor((arriving k + the lowest 20 bits of the debt) / 2^20) units are lost; nothing else ever is.
extern "C" __global__ void relay_units(
    const int* E, int* E2, int* q, int* d, const int* a, int* n, float* g, const int* C,
    const unsigned char* sinks, int ny, int nx, int edge, int k, float alpha
) {
    const int x = blockIdx.x * blockDim.x + threadIdx.x;
    const int y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= nx || y >= ny) return;
    const long long i = (long long)y * nx + x;
    if (sinks[i]) {
        E2[i] = 0;
        return;
    }
    const int limit = C[i], debt = d[i];
    const bool wait = debt >= limit;
    int arriving = sent_at(E, y - 1, x, ny, nx, edge) + sent_at(E, y + 1, x, ny, nx, edge) +
                   sent_at(E, y, x - 1, ny, nx, edge) + sent_at(E, y, x + 1, ny, nx, edge);
#if MOORE
    arriving = 4 * arriving +
               sent_at(E, y - 1, x - 1, ny, nx, edge) + sent_at(E, y - 1, x + 1, ny, nx, edge) +
               sent_at(E, y + 1, x - 1, ny, nx, edge) + sent_at(E, y + 1, x + 1, ny, nx, edge);
#endif
    const long long scaled = (long long)arriving * k + (debt & ((1 << LOSS_BITS) - 1));
    int lost = (int)(scaled >> LOSS_BITS);
    lost = lost < arriving ? lost : arriving;
    const int value = q[i] + (arriving - lost) + (wait ? 0 : a[i]);
    const int whole = value < limit ? value : limit;
#if MOORE
    const int part = whole / 20, sent = 20 * part;
#else
    const int part = whole >> 2, sent = part << 2;
#endif
    q[i] = value - sent;
    E2[i] = part;
    d[i] = debt + (sent - (wait ? limit : 0));
    n[i] += wait ? 0 : 1;
    g[i] = g[i] + alpha * ((wait ? 0.0f : 1.0f) - g[i]);
}

#else

extern "C" __global__ void relay(
    const REAL* E, REAL* E2, REAL* q, REAL* d, const REAL* a, int* n, double* m, REAL* g, const REAL* C,
    const unsigned char* sinks, int ny, int nx, int edge, REAL near_share, REAL diagonal_share, REAL alpha
) {
    const int x = blockIdx.x * blockDim.x + threadIdx.x;
    const int y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= nx || y >= ny) return;
    const long long i = (long long)y * nx + x;
    if (sinks[i]) {
        E2[i] = REAL(0);
        return;
    }
    const REAL capacity = C[i];
    const REAL zero = REAL(0), one = REAL(1);
    const REAL near = (sent_at(E, y - 1, x, ny, nx, edge) + sent_at(E, y + 1, x, ny, nx, edge)) +
                      (sent_at(E, y, x - 1, ny, nx, edge) + sent_at(E, y, x + 1, ny, nx, edge));
    REAL arrived = near_share * near;
#if MOORE
    const REAL corners =
        (sent_at(E, y - 1, x - 1, ny, nx, edge) + sent_at(E, y - 1, x + 1, ny, nx, edge)) +
        (sent_at(E, y + 1, x - 1, ny, nx, edge) + sent_at(E, y + 1, x + 1, ny, nx, edge));
    arrived = arrived + diagonal_share * corners;
#endif
#if RULE == 0
    const bool wait = d[i] >= capacity;
    const REAL share = wait ? zero : one;
    const REAL value = (q[i] + arrived) + (wait ? zero : a[i]);
    const REAL sent = value < capacity ? value : capacity;
    d[i] = d[i] + (sent - (wait ? capacity : zero));
    n[i] += wait ? 0 : 1;
#else
    const REAL share = one - E[i] / capacity;
    const REAL value = (q[i] + arrived) + share * a[i];
    const REAL sent = value < capacity ? value : capacity;
    m[i] += (double)share;
#endif
    q[i] = value - sent;
    E2[i] = sent;
    g[i] = g[i] + alpha * (share - g[i]);
}

#endif
