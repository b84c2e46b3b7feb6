# frozen_string_literal: true

Puppet::Type.newtype(:oci_packages) do
  desc <<-DESC
    Installs all packages of a role in one transaction.

    One apt run for everything takes a fraction of the time of one run per package. Services are
    not started by their packages: they would run with Debian's configuration, only to be
    restarted with ours a moment later. A transaction that was cut short by a crash is completed
    first.
  DESC

  ensurable do
    defaultvalues
    defaultto :present
  end

  newparam(:title, namevar: true) do
    desc 'What the packages are for.'
  end

  newparam(:names, array_matching: :all) do
    desc 'Names of the packages.'
    validate do |value|
      Array(value).each do |name|
        raise ArgumentError, "#{name.inspect} is no package name" unless name =~ %r{\A[a-z0-9][a-z0-9+.-]+\z}
      end
    end
    munge { |value| Array(value) }
  end

  newparam(:timeout) do
    desc 'Seconds that each step (lists, repair, installation) may take.'
    defaultto 1800
    munge { |value| Integer(value) }
  end
end
