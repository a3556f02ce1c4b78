#include "base/instant.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar. */
static int64_t
days_from_date(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - 719468;
}

static void
date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t era, day_of_era, year_of_era, day_of_year, shifted;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day_of_era = days - era * 146097;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			  day_of_era / 146096) /
		      365;
	day_of_year = day_of_era -
		      (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	shifted = (5 * day_of_year + 2) / 153;
	*day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
	*month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	*year = year_of_era + era * 400 + (*month <= 2);
}

int
instant_format(instant at, char out[INSTANT_SIZE])
{
	int64_t days = at / DAY_MS, ms = at % DAY_MS, year;
	int month, day;
	char text[96];

	if (ms < 0) {
		ms += DAY_MS;
		days--;
	}
	out[0] = '\0';
	date_from_days(days, &year, &month, &day);
	if (year < 0 || year > 9999)
		return -1;
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    (int)year, month, day, (int)(ms / 3600000), (int)(ms / 60000 % 60),
	    (int)(ms / 1000 % 60), (int)(ms % 1000));
	memcpy(out, text, INSTANT_SIZE);
	return 0;
}

/* `len` digits at *text as a number, *text moved behind them; or -1. */
static int
digits(const char **text, int len)
{
	int number = 0;

	while (len-- > 0) {
		if (**text < '0' || **text > '9')
			return -1;
		number = number * 10 + (*(*text)++ - '0');
	}
	return number;
}

static int
after(const char **text, char c, int len)
{
	if (**text != c)
		return -1;
	(*text)++;
	return digits(text, len);
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static int
fraction_ms(const char **text)
{
	int ms = 0, scale = 100;

	if (**text != '.')
		return 0;
	(*text)++;
	if (**text < '0' || **text > '9')
		return -1;
	while (**text >= '0' && **text <= '9' && scale > 0) {
		ms += (*(*text)++ - '0') * scale;
		scale /= 10;
	}
	return ms;
}

int
instant_parse(const char *text, instant *out)
{
	int year, month, day, hour, minute, second = 0, ms = 0;

	if ((year = digits(&text, 4)) == -1 ||
	    (month = after(&text, '-', 2)) < 1 || month > 12 ||
	    (day = after(&text, '-', 2)) < 1 ||
	    day > days_in_month(year, month) ||
	    (hour = after(&text, 'T', 2)) == -1 || hour > 23 ||
	    (minute = after(&text, ':', 2)) == -1 || minute > 59)
		return -1;
	if (*text == ':' && ((second = after(&text, ':', 2)) == -1 ||
				second > 59 || (ms = fraction_ms(&text)) == -1))
		return -1;
	if (strcmp(text, "Z") != 0)
		return -1;
	*out = days_from_date(year, month, day) * DAY_MS +
	       ((hour * 60 + minute) * INT64_C(60) + second) * 1000 + ms;
	return 0;
}
