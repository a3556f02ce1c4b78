/*
 * left - processes that outlived the one that was to end them
 *
 * Known by their environment, read from /proc: a child that was given one of
 * its own hands it down, across setsid() too. One that cleared its environment
 * is not found.
 */
#ifndef PROC_LEFT_H
#define PROC_LEFT_H

/* KILL every process of this user, but ourselves, whose environment has all
 * of `entries` ("NAME=value", NULL at the end), until there is none; bounded.
 */
void left_kill(const char *const *entries);

#endif
