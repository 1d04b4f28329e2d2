// SPDX-License-Identifier: MIT
//
// What of terminal attributes is arithmetic on the structure alone.

#include <errno.h>
#include <termios.h>

speed_t cfgetispeed(const struct termios *attributes)
{
	return attributes->c_ispeed;
}

speed_t cfgetospeed(const struct termios *attributes)
{
	return attributes->c_ospeed;
}

static int speed_set(speed_t *place, speed_t speed)
{
	if ((speed & ~(speed_t)CBAUD) != 0) {
		errno = EINVAL;
		return -1;
	}
	*place = speed;
	return 0;
}

int cfsetispeed(struct termios *attributes, speed_t speed)
{
	return speed_set(&attributes->c_ispeed, speed);
}

int cfsetospeed(struct termios *attributes, speed_t speed)
{
	return speed_set(&attributes->c_ospeed, speed);
}

int cfsetspeed(struct termios *attributes, speed_t speed)
{
	return cfsetispeed(attributes, speed) != 0 ? -1 : cfsetospeed(attributes, speed);
}

void cfmakeraw(struct termios *attributes)
{
	attributes->c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	attributes->c_oflag &= ~OPOST;
	attributes->c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	attributes->c_cflag &= ~(CSIZE | PARENB);
	attributes->c_cflag |= CS8;
	attributes->c_cc[VMIN] = 1;
	attributes->c_cc[VTIME] = 0;
}
