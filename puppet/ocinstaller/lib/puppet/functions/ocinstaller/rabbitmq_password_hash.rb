# frozen_string_literal: true

require 'digest'

# @summary RabbitMQ's salted SHA-256 hash of a password, as its definition files carry it.
#
# The salt is derived from user and password instead of being random, so that the same password
# gives the same file on every run.
#
# @see https://www.rabbitmq.com/docs/passwords#computing-password-hash
Puppet::Functions.create_function(:'ocinstaller::rabbitmq_password_hash') do
  # @param user The user's name.
  # @param password The user's password.
  # @return The hash, base64-encoded.
  dispatch :compute do
    param 'String[1]', :user
    param 'Sensitive[String[1]]', :password
    return_type 'Sensitive[String[1]]'
  end

  def compute(user, password)
    plain = password.unwrap
    salt = Digest::SHA256.digest("#{user}:#{plain}")[0, 4]
    encoded = [salt + Digest::SHA256.digest(salt + plain)].pack('m0')
    Puppet::Pops::Types::PSensitiveType::Sensitive.new(encoded)
  end
end
