# frozen_string_literal: true

# Where disks of Swift are mounted: ["/srv/node/oci-WCC4N001"]. Disks that are not mounted are
# absent, whatever the directories below /srv/node say.
Facter.add(:oci_swift_disks) do
  confine kernel: 'Linux'

  setcode do
    mounted = File.readlines('/proc/self/mounts').map { |line| line.split[1] }
    mounted.grep(%r{\A/srv/node/[^/]+\z}).uniq.sort
  end
end
