#include "jobs.h"

extern const orr_job_desc orr_job_align, orr_job_attract, orr_job_bounce, orr_job_damp, orr_job_diffuse, orr_job_flock,
    orr_job_glow, orr_job_integrate, orr_job_integrate3, orr_job_life, orr_job_neighbours, orr_job_species,
    orr_job_sph_density, orr_job_sph_motion, orr_job_wrap, orr_job_xpbd;

/* By name. A new job: its file here, its line there, its test in tests/c/test_native_*.c. */
static const orr_job_desc *const jobs[] = {
    &orr_job_align,       /* everybody flies where the others fly, with noise */
    &orr_job_attract,     /* gravity between all pairs */
    &orr_job_bounce,      /* walls that reflect */
    &orr_job_damp,        /* friction */
    &orr_job_diffuse,     /* what spreads and fades on a lattice */
    &orr_job_flock,       /* boids */
    &orr_job_glow,        /* what was seen on a lattice, for a while */
    &orr_job_integrate,   /* position += velocity * dt, f32, plane */
    &orr_job_integrate3,  /* the same, f64, space */
    &orr_job_life,        /* cells that live and die on a lattice */
    &orr_job_neighbours,  /* sorts entries by cell, for the structure of that name */
    &orr_job_species,     /* particles of several kinds, and a table of what they feel */
    &orr_job_sph_density, /* a fluid: density and pressure */
    &orr_job_sph_motion,  /* a fluid: what they do */
    &orr_job_wrap,        /* a periodic box */
    &orr_job_xpbd,        /* points that threads hold together */
};

const orr_job_module orr__native_jobs = {
    ORR_ABI, (uint32_t)sizeof(orr_job_module), (uint32_t)(sizeof jobs / sizeof jobs[0]), 0, jobs,
};
