# frozen_string_literal: true

# Which .network file configures which interface, as systemd-networkd itself recorded it:
# { "eth0" => "/etc/systemd/network/10-eth0.network" }. Interfaces that it does not manage are
# absent.
Facter.add(:oci_networkd) do
  confine kernel: 'Linux'

  setcode do
    Dir.glob('/sys/class/net/*/ifindex').each_with_object({}) do |path, files|
      state = "/run/systemd/netif/links/#{File.read(path).strip}"
      next unless File.readable?(state)

      file = File.read(state)[%r{^NETWORK_FILE=(\S+)$}, 1]
      files[File.basename(File.dirname(path))] = file if file
    end
  end
end
