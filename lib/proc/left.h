/*
 * left - processes that outlived the one that was to end them
 *
 * Known by their environment, read from /proc: a child that was given one of
 * its own hands it down, across setsid() too. One that cleared its environment
 * is not found.
 */
#ifndef PROC_LEFT_H
#define PROC_LEFT_H

/*
 * KILL every process of this user whose environment has all of `entries`
 * ("NAME=value", NULL at the end), until there is none; bounded. One below a
 * living process of our own name is not left: that one will end it.
 */
void left_kill(const char *const *entries);

#endif
