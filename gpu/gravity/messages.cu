// One tick of the rules literal and strict: messages on links, and nothing that is relayed.
//
// One thread a site, arrays [ny, nx]. A node's links are always in the same state, so one queue stands for
// all of them; see tauscope.gpu.gravity.messages, whose arithmetic and order this is.
//
// Compile with -DREAL=float or double, -DMOORE=0 or 1.

extern "C" __global__ void literal(
    REAL* e2, REAL* q, const REAL* b, const REAL* c, int* n, REAL* g, int ny, int nx, REAL rest, REAL alpha
) {
    const int x = blockIdx.x * blockDim.x + threadIdx.x;
    const int y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= nx || y >= ny) return;
    const long long i = (long long)y * nx + x;
    const REAL capacity = c[i];
    const bool clear = q[i] == REAL(0);
    const REAL load = clear ? b[i] : q[i];
    const REAL sent = load < capacity ? load : capacity;
    const REAL left = load - sent;
    q[i] = left <= rest * capacity ? REAL(0) : left;
    e2[i] = sent;
    n[i] += clear ? 1 : 0;
    g[i] = g[i] + alpha * ((clear ? REAL(1) : REAL(0)) - g[i]);
}

// Messages that a neighbour delivered; beyond an edge that does not wrap, those of the edge itself, which
// never hold a node up. Counts may wrap around: only differences matter.
__device__ inline int lead_over(const int* v, int own, int y, int x, int ny, int nx, int wraps) {
    if (wraps) {
        y = y < 0 ? y + ny : (y >= ny ? y - ny : y);
        x = x < 0 ? x + nx : (x >= nx ? x - nx : x);
    } else {
        y = y < 0 ? 0 : (y >= ny ? ny - 1 : y);
        x = x < 0 ? 0 : (x >= nx ? nx - 1 : x);
    }
    return (int)((unsigned)v[(long long)y * nx + x] - (unsigned)own);
}

extern "C" __global__ void strict(
    REAL* e2, REAL* q, const REAL* b, const REAL* c, const int* v, int* v2, int* n, REAL* g, int ny, int nx,
    int wraps, REAL rest, REAL alpha
) {
    const int x = blockIdx.x * blockDim.x + threadIdx.x;
    const int y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= nx || y >= ny) return;
    const long long i = (long long)y * nx + x;
    const REAL capacity = c[i];
    const bool clear = q[i] == REAL(0);
    const int own = v[i];
    bool ready = clear;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            if ((dx == 0 && dy == 0) || (!MOORE && dx != 0 && dy != 0)) continue;
            ready = ready && lead_over(v, own, y + dy, x + dx, ny, nx, wraps) >= 0;
        }
    const REAL load = ready ? b[i] : q[i];
    const REAL sent = load < capacity ? load : capacity;
    REAL left = load - sent;
    left = left <= rest * capacity ? REAL(0) : left;
    q[i] = left;
    e2[i] = sent;
    const bool idle = clear && !ready;
    v2[i] = (int)((unsigned)own + (idle ? 0u : (left == REAL(0) ? 1u : 0u)));
    n[i] += ready ? 1 : 0;
    g[i] = g[i] + alpha * ((ready ? REAL(1) : REAL(0)) - g[i]);
}
