# frozen_string_literal: true

require 'puppet/parameter/boolean'

Puppet::Type.newtype(:oci_schema) do
  desc <<-DESC
    The tables of a service in its data base.

    One controller makes and migrates them; the others wait until it has. Which version of the
    service's package the tables were made by, and a digest of the commands, stand in the data
    base's comment, written after the last command succeeded: a run that was cut short in the middle
    is repeated, one that was finished is not, and all machines that reach the data base see the
    same answer.
  DESC

  ensurable do
    defaultvalues
    defaultto :present
  end

  newparam(:database, namevar: true) do
    desc 'Name of the data base; its user may alter it.'
  end

  newparam(:credentials) do
    desc 'Options file of the mariadb client for this data base: host, user, password, TLS.'
  end

  newparam(:package) do
    desc "Debian package whose version is the tables' version."
  end

  newparam(:user) do
    desc 'User of the system who runs the commands.'
  end

  newparam(:commands) do
    desc 'Commands that make and migrate the tables, in their order: lists of arguments.'
    validate do |value|
      valid = value.is_a?(Array) && value.all? { |command| command.is_a?(Array) && command[0].start_with?('/') }
      raise ArgumentError, 'commands must be a list of lists that start with a full path' unless valid
    end
  end

  newparam(:statements) do
    desc 'SQL statements that follow the commands; they can be repeated and hold no secret.'
    munge { |value| Array(value) }
    defaultto { [] }
  end

  newparam(:already) do
    desc 'Exit codes, beside 0, that say that a command had nothing to do.'
    munge { |value| Array(value).map { |code| Integer(code) } }
    defaultto { [] }
  end

  newparam(:leader, boolean: true, parent: Puppet::Parameter::Boolean) do
    desc 'Whether this machine makes the tables; otherwise it waits for the one that does.'
    defaultto true
  end

  newparam(:timeout) do
    desc 'Seconds that a command may take, and that the tables are waited for.'
    defaultto 900
    munge { |value| Integer(value) }
  end

  autorequire(:file) { [self[:credentials]] }
end
