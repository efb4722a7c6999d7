# Attaches to tap devices, for which Node lacks ioctl(2), and becomes the program that uses them.
# perl open-taps.pl <device,device,…> <program> [argument …]
# The program gets one more argument per device: its file descriptor.
use strict;
use warnings;
use Fcntl;

my $TUNSETIFF      = 0x400454ca;
my $TAP_FRAMES     = 0x0002 | 0x1000;    # IFF_TAP | IFF_NO_PI
my $NO_CLOSE_BELOW = 4096;

$^F = $NO_CLOSE_BELOW;
my @taps;
for my $device (split /,/, shift @ARGV) {
  sysopen(my $tap, '/dev/net/tun', O_RDWR) or die "/dev/net/tun: $!\n";
  ioctl($tap, $TUNSETIFF, pack('a16 s x22', $device, $TAP_FRAMES)) or die "$device: $!\n";
  push @taps, $tap;
}
exec(@ARGV, map { fileno $_ } @taps) or die "$ARGV[0]: $!\n";
