# frozen_string_literal: true

require 'timeout'

Puppet::Type.type(:oci_packages).provide(:apt) do
  desc 'apt-get, with maintainer scripts that leave services alone.'

  commands aptget: '/usr/bin/apt-get', dpkg: '/usr/bin/dpkg', dpkgquery: '/usr/bin/dpkg-query', systemctl: '/usr/bin/systemctl'

  # SYSTEMD_OFFLINE: systemctl accepts what maintainer scripts ask for and does nothing.
  ENVIRONMENT = { 'DEBIAN_FRONTEND' => 'noninteractive', 'SYSTEMD_OFFLINE' => '1' }.freeze
  # Timers of the first boot may hold dpkg's lock.
  OPTIONS = [
    '--quiet', '--yes', '--no-install-recommends',
    '--option', 'Dpkg::Options::=--force-confold', '--option', 'Dpkg::Use-Pty=0',
    '--option', 'DPkg::Lock::Timeout=300'
  ].freeze
  # States of dpkg(1) in which a package needs no further step.
  SETTLED = ['installed', 'config-files', 'not-installed'].freeze

  def exists?
    status = states
    (status.values - SETTLED).empty? && resource[:names].all? { |name| status[name] == 'installed' }
  end

  def create
    repair unless (states.values - SETTLED).empty?
    run([command(:aptget), *OPTIONS, 'update'])
    run([command(:aptget), *OPTIONS, 'install', *resource[:names]])
    systemctl('daemon-reload')
  end

  def destroy
    raise Puppet::Error, 'oci_packages only installs'
  end

  private

  def states
    dpkgquery('--show', '--showformat', '${Package} ${db:Status-Status}\n').lines.to_h(&:split)
  end

  def repair
    # Fails where a dependency was not unpacked yet, which the second step brings.
    run([command(:dpkg), '--force-confold', '--configure', '--pending'], failonfail: false)
    run([command(:aptget), *OPTIONS, 'update'])
    run([command(:aptget), *OPTIONS, '--fix-broken', 'install'])
  end

  def run(arguments, failonfail: true)
    Timeout.timeout(resource[:timeout]) do
      Puppet::Util::Execution.execute(arguments, failonfail: failonfail, combine: true, custom_environment: ENVIRONMENT)
    end
  rescue Timeout::Error
    raise Puppet::Error, "#{arguments.join(' ')}: not done after #{resource[:timeout]} s"
  end
end
