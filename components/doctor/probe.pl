# Asks for a name, and other pods for an echo, small and as large as pods' packets are: DNS NAME MTU [NODE ADDRESS]...
use strict;
use Socket;

$| = 1;
my ($dns, $name, $mtu, @pods) = @ARGV;
my $patience = 3;

# Source: RFC 1035, section 4.1; one question for an A record.
my $question = pack("n6", 4711, 0x0100, 1, 0, 0, 0) . join("", map { pack("C/a*", $_) } split /\./, $name) . pack("C n n", 0, 1, 1);
socket(my $asks, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
my $resolver = pack_sockaddr_in(53, inet_aton($dns));

socket(my $echo, PF_INET, SOCK_RAW, getprotobyname("icmp") || 1) or die "socket: $!";
# IP_MTU_DISCOVER, IP_PMTUDISC_DO: what is too large for the way is not sent in pieces. Source: ip(7).
setsockopt($echo, 0, 10, 2);
my %left;
my $id = $$ & 0xffff;
my $sequence = 0;
while (my ($node, $address) = splice @pods, 0, 2) {
  for my $size ("small", $mtu > 0 ? "full" : ()) {
    my $data = "k" x ($size eq "small" ? 32 : $mtu - 28);
    $left{++$sequence} = { node => $node, size => $size, to => pack_sockaddr_in(0, inet_aton($address)), data => $data };
  }
}

sub sum {
  my $sum = 0;
  $sum += $_ for unpack("n*", $_[0] . (length($_[0]) % 2 ? "\0" : ""));
  $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
  return ~$sum & 0xffff;
}

# perl-base has no clock finer than a second; what is left of a wait is told by select.
my ($resolved, $again, $now) = (0, 0, 0);
while ($now < $patience && (%left || !$resolved)) {
  if ($now >= $again) {
    $again = $now + 0.7;
    send($asks, $question, 0, $resolver) unless $resolved;
    for my $number (keys %left) {
      my $packet = pack("C2 n3", 8, 0, 0, $id, $number) . $left{$number}{data};
      substr($packet, 2, 2) = pack("n", sum($packet));
      send($echo, $packet, 0, $left{$number}{to}) or $left{$number}{why} = "$!";
    }
  }
  my $ready = "";
  vec($ready, fileno($_), 1) = 1 for $asks, $echo;
  my ($found, $unused) = select($ready, undef, undef, 0.1);
  $now += 0.1 - ($found > 0 ? $unused : 0);
  next unless $found > 0;
  if (vec($ready, fileno($asks), 1) && defined recv($asks, my $answer, 2048, 0)) {
    my (undef, $flags, undef, $count) = unpack("n4", $answer);
    $resolved = 1;
    print "name\t", ($flags & 15) == 0 && $count > 0 ? "ok" : "code " . ($flags & 15), "\n";
  }
  if (vec($ready, fileno($echo), 1) && defined recv($echo, my $packet, 65535, 0)) {
    my ($type, undef, undef, $whose, $number) = unpack("C2 n3", substr($packet, (ord($packet) & 15) * 4));
    next unless $type == 0 && $whose == $id && $left{$number};
    print "reach\t$left{$number}{node}\t$left{$number}{size}\tok\n";
    delete $left{$number};
  }
}
print "name\tno answer within 3 s\n" unless $resolved;
print "reach\t$_->{node}\t$_->{size}\t", $_->{why} || "no answer within 3 s", "\n" for values %left;
