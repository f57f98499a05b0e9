#include "base/random.h"

#include "base/math.h"
#include "orrery_job.h"

#include <math.h>

double orr__random_normal(uint64_t stream, uint64_t entity, uint32_t k)
{
    // the uniform draws have 0 in the counter's last word: 1 makes this a draw of its own
    const uint32_t counter[4] = { (uint32_t)entity, (uint32_t)(entity >> 32), k, 1 };
    const uint32_t key[2] = { (uint32_t)stream, (uint32_t)(stream >> 32) };
    uint32_t out[4];
    orr_philox(counter, key, out);
    const uint64_t first = ((uint64_t)out[1] << 32) | out[0];
    const uint64_t second = ((uint64_t)out[3] << 32) | out[2];
    const double u = (double)((first >> 11) + 1) * 0x1p-53; // (0, 1]: its logarithm is finite
    const double v = (double)(second >> 11) * 0x1p-53;
    return sqrt(-2.0 * orr__log(u)) * orr__cos(0x1.921fb54442d18p+2 * v);
}
