// One tick of a wave that rides on a gravity lattice: pi += h g (lap psi - m^2 psi), psi += h g pi.
//
// One thread a site, arrays [ny, nx] without halo. The order of additions is that of the CPU kernel and of the
// NumPy reference, so that all three agree bit for bit. Beyond every edge but a periodic one psi is zero.
// Source: gravity.md, "The engine rule, in full", step 6.
//
// Compile with -DREAL=float or double, -DMOORE=0 or 1.

__device__ inline REAL psi_at(const REAL* P, int y, int x, int ny, int nx, int wraps) {
    if (wraps) {
        y = y < 0 ? y + ny : (y >= ny ? y - ny : y);
        x = x < 0 ? x + nx : (x >= nx ? x - nx : x);
    } else if (y < 0 || y >= ny || x < 0 || x >= nx) {
        return REAL(0);
    }
    return P[(long long)y * nx + x];
}

extern "C" __global__ void wave_step(
    const REAL* P, REAL* P2, REAL* V, const REAL* g, const unsigned char* sinks, int ny, int nx, int wraps,
    REAL hold, REAL pace
) {
    const int x = blockIdx.x * blockDim.x + threadIdx.x;
    const int y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= nx || y >= ny) return;
    const long long i = (long long)y * nx + x;
    if (sinks[i]) {
        P2[i] = REAL(0);
        return;
    }
    const REAL psi = P[i];
    REAL pull = (psi_at(P, y - 1, x, ny, nx, wraps) + psi_at(P, y + 1, x, ny, nx, wraps)) +
                (psi_at(P, y, x - 1, ny, nx, wraps) + psi_at(P, y, x + 1, ny, nx, wraps));
#if MOORE
    const REAL across = (psi_at(P, y - 1, x - 1, ny, nx, wraps) + psi_at(P, y - 1, x + 1, ny, nx, wraps)) +
                        (psi_at(P, y + 1, x - 1, ny, nx, wraps) + psi_at(P, y + 1, x + 1, ny, nx, wraps));
    pull = (REAL(1) / REAL(6)) * (REAL(4) * pull + across);
#endif
    const REAL rate = pace * g[i];
    const REAL speed = V[i] + rate * (pull - hold * psi);
    V[i] = speed;
    P2[i] = psi + rate * speed;
}
