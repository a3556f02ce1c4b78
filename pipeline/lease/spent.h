/*
 * spent - tokens that a repository has seen
 *
 * A token is counted in a STATE, and names things in a repository: the folder
 * hermes/TOKEN and the ref refs/hermes/rollback/TOKEN. Of two STATEs on one
 * repository each must know what the other has used there (L4).
 */
#ifndef LEASE_SPENT_H
#define LEASE_SPENT_H

#include <stdint.h>

/*
 * The greatest token that the repository with this common git directory has
 * seen; 0: none, or it cannot be read. Names of more than twelve digits were
 * not counted by anybody.
 */
int64_t spent_token(const char *common_dir);

#endif
