# frozen_string_literal: true

require 'digest'
require 'json'
require 'timeout'

Puppet::Type.type(:oci_schema).provide(:mariadb) do
  desc "MariaDB's comment on a data base as the record of what was done."

  commands mariadb: '/usr/bin/mariadb', dpkgquery: '/usr/bin/dpkg-query'

  # The comment's first word, so that nobody's own comment is taken for ours.
  MARK = 'oci'
  PAUSE_S = 5
  # A data base that is only just starting answers within this time.
  PATIENCE_S = 60

  def exists?
    found = record
    resource[:leader] ? found == wanted : found.start_with?("#{MARK} ")
  end

  def create
    resource[:leader] ? migrate : wait
  end

  def destroy
    raise Puppet::Error, 'oci_schema only makes tables'
  end

  private

  def migrate
    resource[:commands].each { |command| run(command) }
    resource[:statements].each { |statement| query(statement) }
    query("ALTER DATABASE `#{resource[:database]}` COMMENT = '#{wanted}'")
  end

  def run(command)
    output = Timeout.timeout(resource[:timeout]) do
      Puppet::Util::Execution.execute(
        command, failonfail: false, combine: true, uid: resource[:user], cwd: '/',
                 custom_environment: { 'HOME' => '/nonexistent' },
      )
    end
    return if output.exitstatus.zero? || resource[:already].include?(output.exitstatus)

    raise Puppet::Error, "#{command.join(' ')}: exit code #{output.exitstatus}:\n#{output}"
  rescue Timeout::Error
    raise Puppet::Error, "#{command.join(' ')}: not done after #{resource[:timeout]} s"
  end

  def wait
    deadline = Time.now + resource[:timeout]
    until record.start_with?("#{MARK} ")
      if Time.now > deadline
        raise Puppet::Error, "data base #{resource[:database]}: after #{resource[:timeout]} s its tables are " \
                             "not there; the cluster's first controller makes them"
      end
      sleep(PAUSE_S)
    end
  end

  def wanted
    @wanted ||= begin
      version = dpkgquery('--show', '--showformat', '${Version}', resource[:package]).strip
      digest = Digest::SHA256.hexdigest(JSON.generate([resource[:commands], resource[:statements]]))
      "#{MARK} #{version} #{digest[0, 12]}"
    end
  end

  # Returns the data base's comment; '' when it has none.
  def record
    query("SELECT schema_comment FROM information_schema.schemata WHERE schema_name = '#{resource[:database]}'").strip
  end

  def query(statement)
    deadline = Time.now + PATIENCE_S
    begin
      mariadb("--defaults-file=#{resource[:credentials]}", '--connect-timeout=5', '--batch', '--skip-column-names',
              '--execute', statement, resource[:database])
    rescue Puppet::ExecutionFailure
      raise if Time.now > deadline

      sleep(PAUSE_S)
      retry
    end
  end
end
